package dev.ahti.engine.gauge;

import java.util.concurrent.atomic.LongAdder;

/**
 * How much of something there is now: bytes in a queue, open streams. Goes up and down, and is zero
 * again when everything that fed it has ended. Any thread.
 */
public final class Level {
  private final LongAdder value = new LongAdder();

  Level() {}

  /** Raises it by one. */
  public void increment() {
    value.increment();
  }

  /** Lowers it by one. */
  public void decrement() {
    value.decrement();
  }

  /** Raises it, or lowers it with a negative amount. */
  public void add(long amount) {
    value.add(amount);
  }

  /** The level now; while others change it, a value it had or was about to have. */
  public long value() {
    return value.sum();
  }
}
