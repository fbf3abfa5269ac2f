package dev.ahti.engine.flow;

/**
 * What the peer lets us send, bytes or streams: a limit that only rises, and how much of it is
 * used. Cumulative: what is used once stays so, also when its stream has ended.
 */
final class SendLimit {
  private long limit;
  private long used;
  private long blockedAt = -1;

  SendLimit(long initial) {
    this.limit = initial;
  }

  long limit() {
    return limit;
  }

  long used() {
    return used;
  }

  long available() {
    return limit - used;
  }

  /**
   * Uses some of it.
   *
   * @throws IllegalStateException when that is more than is available
   */
  void use(long amount) {
    if (amount < 0 || amount > available()) {
      throw new IllegalStateException(
          "used: " + amount + " (expected: at most " + available() + " of " + limit + ")");
    }
    used += amount;
  }

  /** What was used and did not go out after all. */
  void giveBack(long amount) {
    if (amount < 0 || amount > used) {
      throw new IllegalStateException(
          "given back: " + amount + " (expected: at most " + used + ")");
    }
    used -= amount;
  }

  /** Somebody is blocked by it; whether that is news for this limit. */
  boolean blocked() {
    if (blockedAt == limit) {
      return false;
    }
    blockedAt = limit;
    return true;
  }

  /** Raises the limit; a lower or equal one changes nothing. */
  void raise(long newLimit) {
    limit = Math.max(limit, newLimit);
  }
}
