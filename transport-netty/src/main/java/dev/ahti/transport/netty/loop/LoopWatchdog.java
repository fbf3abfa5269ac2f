package dev.ahti.transport.netty.loop;

import dev.ahti.engine.gauge.Counter;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says who held a loop too long. It sees a task when it has ended: a task that never ends is seen
 * by its connections' idle time-outs.
 */
final class LoopWatchdog {
  private static final Logger LOG = LoggerFactory.getLogger(LoopWatchdog.class);

  /** One warning a loop in this time is enough to act on, and cannot fill a disk. */
  private static final long LOG_INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

  private final String loop;
  private final long limitNanos;
  private final Counter stalls;
  private long nextLogNanos;
  private long unlogged;

  LoopWatchdog(String loop, Duration limit, Counter stalls) {
    this.loop = loop;
    this.limitNanos = limit.toNanos();
    this.stalls = stalls;
    this.nextLogNanos = System.nanoTime();
  }

  /** Whether something that took this long is a stall. */
  boolean tooLong(long nanos) {
    return nanos > limitNanos;
  }

  /**
   * Counts a stall and perhaps logs it.
   *
   * @param what held the loop: a task, or many of them in a row
   */
  void stalled(Object what, long nanos, long now) {
    stalls.increment();
    if (now - nextLogNanos < 0) {
      unlogged++;
      return;
    }
    nextLogNanos = now + LOG_INTERVAL_NANOS;
    LOG.warn(
        "{} was held for {} ms by {} ({} more since the last warning). Code that blocks belongs on"
            + " another dispatcher: no connection of this loop moved meanwhile.",
        loop,
        nanos / 1_000_000,
        what,
        unlogged);
    unlogged = 0;
  }
}
