package dev.ahti.transport.netty.http;

import dev.ahti.engine.gauge.Counter;
import java.time.Duration;

/**
 * How many bytes of frames that mean nothing to us a peer may send within a time. Skipping them
 * costs processor time and never memory, and no credit of ours bounds it. Loop only.
 */
public final class SkipBudget {
  private final long bytes;
  private final long windowNanos;
  private final Counter skipped;
  private long left;
  private long since;

  /**
   * A whole one.
   *
   * @param bytes that may be spent in each window
   * @param skipped counts them
   * @param nowNanos the present time on any one monotonic clock
   */
  public SkipBudget(long bytes, Duration window, Counter skipped, long nowNanos) {
    this.bytes = bytes;
    this.skipped = skipped;
    this.windowNanos = window.toNanos();
    this.left = bytes;
    this.since = nowNanos;
  }

  /** Spends some; {@code false} when there was not enough. */
  public boolean spend(long amount, long nowNanos) {
    if (nowNanos - since >= windowNanos) {
      since = nowNanos;
      left = bytes;
    }
    left -= amount;
    skipped.add(amount);
    return left >= 0;
  }
}
