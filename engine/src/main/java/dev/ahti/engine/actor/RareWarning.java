package dev.ahti.engine.actor;

import java.time.Duration;

/**
 * Lets a warning through that a peer can provoke at will: one in ten seconds is enough to act on,
 * and cannot fill a disk. Not thread-safe.
 */
final class RareWarning {
  private static final long INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

  private boolean given;
  private long lastNanos;
  private long withheld;

  /** Whether it may be given at this time; counts it when not. */
  boolean permits(long nowNanos) {
    if (given && nowNanos - lastNanos < INTERVAL_NANOS) {
      withheld++;
      return false;
    }
    given = true;
    lastNanos = nowNanos;
    return true;
  }

  /** How many were not given since this was asked last. */
  long takeWithheld() {
    long taken = withheld;
    withheld = 0;
    return taken;
  }
}
