package dev.ahti.engine.actor;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How long the sessions of a listener have to end by themselves, and what those are closed with
 * that do not.
 *
 * @param timeout zero for no time at all; a day at most
 * @param closeCode for the sessions that are left: 0 to 2^32-1
 * @param closeReason for them, at most 1024 bytes in UTF-8; longer ones are cut
 */
public record DrainRequest(Duration timeout, long closeCode, String closeReason) {
  /** Longer than anybody waits, and short enough for every timer. */
  public static final Duration LONGEST = Duration.ofDays(1);

  private static final long MAX_CODE = 0xffff_ffffL;

  /** Checks the bounds. */
  public DrainRequest {
    if (timeout.isNegative() || timeout.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "timeout: " + timeout + " (expected: 0 to " + LONGEST.toHours() + " h)");
    }
    if (closeCode < 0 || closeCode > MAX_CODE) {
      throw new IllegalArgumentException(
          "closeCode: " + closeCode + " (expected: 0 to " + MAX_CODE + ")");
    }
    requireNonNull(closeReason, "closeReason");
  }

  ConnectionActor.Shutdown shutdown() {
    return new ConnectionActor.Shutdown(closeCode, closeReason);
  }
}
