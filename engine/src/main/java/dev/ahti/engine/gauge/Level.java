package dev.ahti.engine.gauge;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How much of something there is now: bytes in a queue, open streams. Goes up and down, and is zero
 * again when everything that fed it has ended. Any thread.
 */
public final class Level {
  private final LongAdder value = new LongAdder();

  private final @Nullable Level whole;

  Level() {
    this(null);
  }

  private Level(@Nullable Level whole) {
    this.whole = whole;
  }

  /** A level of a part of this: what raises or lowers it does the same to this one. */
  public Level part() {
    return new Level(this);
  }

  /** Raises it by one. */
  public void increment() {
    add(1);
  }

  /** Lowers it by one. */
  public void decrement() {
    add(-1);
  }

  /** Raises it, or lowers it with a negative amount. */
  public void add(long amount) {
    value.add(amount);
    if (whole != null) {
      whole.add(amount);
    }
  }

  /** The level now; while others change it, a value it had or was about to have. */
  public long value() {
    return value.sum();
  }
}
