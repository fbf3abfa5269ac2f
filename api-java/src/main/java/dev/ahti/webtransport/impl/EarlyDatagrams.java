package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.spi.DatagramGauges;
import dev.ahti.engine.spi.DatagramLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.pekko.actor.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * What the writers of one session share before it is there: the bounds, the counts, and one timer
 * that drops what has become too old. Any thread; no other lock is taken under its own.
 */
final class EarlyDatagrams {

  /** Time, as far as it is needed here. */
  interface Clock {
    /** In nanoseconds. */
    long now();

    Cancellable after(Duration delay, Runnable task);
  }

  private final Supplier<DatagramLimits> limits;
  private final DatagramGauges gauges;
  private final Clock clock;
  private final AtomicInteger total = new AtomicInteger();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong expired = new AtomicLong();

  // Guarded by this.
  private final Set<LaterDatagramWriter> writers = new LinkedHashSet<>();
  private @Nullable Cancellable timer;
  private long due;

  /**
   * Of one session.
   *
   * @param limits the bounds of what waits, as they are now
   */
  EarlyDatagrams(Supplier<DatagramLimits> limits, DatagramGauges gauges, Clock clock) {
    this.limits = limits;
    this.gauges = gauges;
    this.clock = clock;
  }

  static Clock clock(Ahti ahti) {
    return new Clock() {
      @Override
      public long now() {
        return System.nanoTime();
      }

      @Override
      public Cancellable after(Duration delay, Runnable task) {
        return ahti.after(delay, task);
      }
    };
  }

  DatagramLimits limits() {
    return limits.get();
  }

  long now() {
    return clock.now();
  }

  /** How many were dropped before the session was there. */
  long dropped() {
    return dropped.get();
  }

  /** How many were too old before the session was there. */
  long expired() {
    return expired.get();
  }

  /** One more waits, if the session has room for it. */
  boolean enter() {
    gauges.waitingOutgoing().increment();
    return total.getAndIncrement() < limits.get().maxTotal();
  }

  /** One waits no more. */
  void leave() {
    gauges.waitingOutgoing().decrement();
    total.decrementAndGet();
  }

  /** One waits no more, and is not sent either. */
  void discarded(DatagramOutcome why) {
    leave();
    if (why == DatagramOutcome.EXPIRED) {
      expired.incrementAndGet();
      gauges.expiredOutgoing().increment();
    } else {
      dropped.incrementAndGet();
      gauges.droppedOutgoing().increment();
    }
  }

  /** The writer has something that will be too old after a time, in nanoseconds. */
  synchronized void waits(LaterDatagramWriter writer, long untilExpiry) {
    writers.add(writer);
    arm(untilExpiry);
  }

  /** Nothing waits in the writer any more. */
  synchronized void over(LaterDatagramWriter writer) {
    writers.remove(writer);
    if (writers.isEmpty()) {
      disarm();
    }
  }

  /** The bounds have changed, or the time has come. */
  void look() {
    List<LaterDatagramWriter> waiting;
    synchronized (this) {
      disarm();
      waiting = new ArrayList<>(writers);
    }
    // Those that still have something say so again.
    waiting.forEach(LaterDatagramWriter::expire);
  }

  private void arm(long untilExpiry) {
    if (untilExpiry == Long.MAX_VALUE) {
      return;
    }
    long at = clock.now() + untilExpiry;
    if (timer == null || at - due < 0) {
      disarm();
      due = at;
      timer = clock.after(Duration.ofNanos(untilExpiry), this::look);
    }
  }

  private void disarm() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
