package dev.ahti.engine.admission;

/**
 * Lets so many through a second, and a burst of more after a while without any: a bucket of tokens
 * that fills at the rate up to the burst, and from which each takes one. Full in the beginning.
 *
 * <p>Counts in billionths of a token, so that nothing is lost to rounding; saturates instead of
 * overflowing.
 */
final class TokenBucket {
  private static final long TOKEN = 1_000_000_000L;

  private final long perSecond;
  private final long full;
  private long level;
  private long filledAt;

  /**
   * A full one.
   *
   * @param perSecond tokens a second, above zero, at most a million
   * @param burst tokens that it holds, above zero, at most a million
   */
  TokenBucket(int perSecond, int burst, long nowNanos) {
    this.perSecond = perSecond;
    this.full = burst * TOKEN;
    this.level = full;
    this.filledAt = nowNanos;
  }

  /**
   * Takes a token.
   *
   * @param reserve tokens that have to be left after it
   * @return whether there was one
   */
  boolean take(int reserve, long nowNanos) {
    fill(nowNanos);
    if (level < (reserve + 1) * TOKEN) {
      return false;
    }
    level -= TOKEN;
    return true;
  }

  private void fill(long nowNanos) {
    long passed = nowNanos - filledAt;
    if (passed <= 0) {
      return;
    }
    filledAt = nowNanos;
    // In this order, for the product may be too large.
    long missing = full - level;
    level = passed > missing / perSecond ? full : level + passed * perSecond;
  }
}
