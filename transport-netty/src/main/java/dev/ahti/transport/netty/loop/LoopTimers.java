package dev.ahti.transport.netty.loop;

import dev.ahti.engine.gauge.Level;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The timers of one event loop. All of ours go through here, so that those which nobody ended are
 * seen: each is counted until it has run or is cancelled, be it by the end of the loop. Any thread.
 */
public final class LoopTimers {
  private final EventLoop eventLoop;
  private final Level pending;
  private final FutureListener<Object> whenEnded;

  /**
   * Timers on a loop.
   *
   * @param pending how many there are
   */
  LoopTimers(EventLoop eventLoop, Level pending) {
    this.eventLoop = eventLoop;
    this.pending = pending;
    this.whenEnded = ended -> pending.decrement();
  }

  /**
   * Runs a task once.
   *
   * @throws RejectedExecutionException when the loop has ended
   */
  public ScheduledFuture<?> schedule(Runnable task, long delayNanos) {
    return counted(() -> eventLoop.schedule(task, delayNanos, TimeUnit.NANOSECONDS));
  }

  /**
   * Runs a task again and again, each time as long after the last.
   *
   * @throws RejectedExecutionException when the loop has ended
   */
  public ScheduledFuture<?> scheduleRepeatedly(Runnable task, long delayNanos) {
    return counted(
        () -> eventLoop.scheduleWithFixedDelay(task, delayNanos, delayNanos, TimeUnit.NANOSECONDS));
  }

  /** Counts first: where another thread asks, the task may have run before this is over. */
  private ScheduledFuture<?> counted(Supplier<ScheduledFuture<?>> begin) {
    pending.increment();
    try {
      ScheduledFuture<?> timer = begin.get();
      timer.addListener(whenEnded);
      return timer;
    } catch (RejectedExecutionException ended) {
      pending.decrement();
      throw ended;
    }
  }
}
