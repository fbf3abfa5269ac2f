package dev.ahti.webtransport.impl;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.apache.pekko.annotation.InternalApi;

/**
 * How long to wait before the next attempt, and how many there are.
 *
 * @param first after one failure, above zero
 * @param most that it grows to, at least the first and at most 100 days
 * @param jitter by which part it may be longer, 0 to 1
 * @param attempts how many may fail in a row, at least 1
 * @param random gives what of the jitter is taken, from 0 to less than 1
 */
@InternalApi
public record Backoff(
    Duration first, Duration most, double jitter, int attempts, DoubleSupplier random) {

  /** Beyond so many doublings every wait is at its limit. */
  private static final int DOUBLINGS = 30;

  /** With the jitter twice that, which is what a timer of Pekko's takes. */
  private static final Duration LONGEST = Duration.ofDays(100);

  /** Checks the bounds. */
  public Backoff {
    if (first.isZero() || first.isNegative()) {
      throw new IllegalArgumentException("first: " + first + " (expected: above zero)");
    }
    if (most.compareTo(first) < 0) {
      throw new IllegalArgumentException("most: " + most + " (expected: at least " + first + ")");
    }
    if (most.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("most: " + most + " (expected: at most " + LONGEST + ")");
    }
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new IllegalArgumentException("jitter: " + jitter + " (expected: 0 to 1)");
    }
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts: " + attempts + " (expected: at least 1)");
    }
  }

  /**
   * The wait before the next attempt.
   *
   * @param failed attempts in a row that have failed; 0 after a session
   */
  Duration delay(int failed) {
    int doublings = Math.min(Math.max(0, failed - 1), DOUBLINGS);
    double nanos = Math.min((double) first.toNanos() * (1L << doublings), (double) most.toNanos());
    return Duration.ofNanos((long) (nanos * (1 + jitter * random.getAsDouble())));
  }
}
