package dev.ahti.engine.gauge;

import java.util.concurrent.atomic.LongAdder;

/** Counts things that happened; only grows. Any thread. */
public final class Counter {
  private final LongAdder value = new LongAdder();

  Counter() {}

  /** Counts one. */
  public void increment() {
    value.increment();
  }

  /** Counts several. */
  public void add(long count) {
    value.add(count);
  }

  /** How many so far. */
  public long value() {
    return value.sum();
  }
}
