package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.Level;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/**
 * Timers on the actor system's scheduler. All of ours go through here, so that those which nobody
 * ended are seen: each is counted until it has run or is cancelled, be it by the end of the actor
 * system. Timers of actors and of stages are not among them: they end with theirs, and those are
 * seen. Any thread.
 *
 * <p>Bounds: none of its own. Each timer belongs to something that has one: a dial, a session that
 * is not there yet, a stream.
 */
final class SystemTimers {
  private final ActorSystem<?> system;
  private final Level pending;
  private final Set<Timer> open = ConcurrentHashMap.newKeySet();
  private volatile boolean over;

  /**
   * Timers of an actor system.
   *
   * @param pending how many there are
   */
  SystemTimers(ActorSystem<?> system, Level pending) {
    this.system = system;
    this.pending = pending;
  }

  /**
   * Runs a task once, on the actor system's default dispatcher: it must not block. Not when the
   * actor system ends before.
   *
   * @return cancels it
   */
  Cancellable after(Duration delay, Runnable task) {
    Timer timer = new Timer(task);
    // First: it may have run before this is over.
    open.add(timer);
    pending.increment();
    try {
      timer.scheduled = system.scheduler().scheduleOnce(delay, timer, system.executionContext());
    } catch (IllegalStateException terminated) {
      timer.ended();
      return Cancellable.alreadyCancelled();
    }
    if (over) {
      timer.drop();
    }
    return timer;
  }

  /** The actor system has ended: nothing runs any more. */
  void end() {
    over = true;
    List.copyOf(open).forEach(Timer::drop);
  }

  private final class Timer implements Cancellable, Runnable {
    private final Runnable task;
    private volatile @Nullable Cancellable scheduled;

    Timer(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      try {
        task.run();
      } finally {
        ended();
      }
    }

    @Override
    public boolean cancel() {
      Cancellable known = scheduled;
      // Not true when it runs, which then ends it.
      boolean cancelled = known != null && known.cancel();
      if (cancelled) {
        ended();
      }
      return cancelled;
    }

    @Override
    public boolean isCancelled() {
      Cancellable known = scheduled;
      return known != null && known.isCancelled();
    }

    /** Whether or not it can be cancelled, nobody will run it. */
    void drop() {
      cancel();
      ended();
    }

    void ended() {
      if (open.remove(this)) {
        pending.decrement();
      }
    }
  }
}
