package dev.ahti.bench;

/**
 * How much a round does and how much goes before the first round that counts.
 *
 * @param amount bytes, streams, round trips or datagrams of one round
 * @param warmUpRounds rounds of that amount that are thrown away
 */
public record Effort(long amount, int warmUpRounds) {
  /** Refuses amounts that measure nothing. */
  public Effort {
    if (amount < 1 || warmUpRounds < 0) {
      throw new IllegalArgumentException("amount: " + amount + ", warm-up: " + warmUpRounds);
    }
  }
}
