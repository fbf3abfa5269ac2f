package dev.ahti.engine.testkit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread and one clock for a whole network, in one of two modes.
 *
 * <ul>
 *   <li>{@linkplain #manual() Manual}: nothing happens until the test calls {@link #runUntilIdle()}
 *       or {@link #advance}; the test's thread is the loop while it does. The clock is virtual and
 *       starts at zero.
 *   <li>{@linkplain #running Running}: a thread of its own runs tasks as they come and the clock is
 *       the machine's. For graphs and actors whose other half runs elsewhere.
 * </ul>
 *
 * <p>Tasks run in the order in which they were handed in, timers in the order of their times and
 * then of the calls. What a task throws is logged and stops nothing else. As an executor it can be
 * a Pekko dispatcher's.
 */
public final class VirtualLoop extends AbstractExecutorService {
  /** Tasks that may wait, timers included. One more is refused: the test has run away. */
  static final int MAX_WAITING = 1_000_000;

  /** Tasks that one {@link #runUntilIdle()} may run before it says that there is no end. */
  static final int MAX_RUN = 10_000_000;

  private static final Logger LOG = LoggerFactory.getLogger(VirtualLoop.class);

  private final boolean manual;
  private final Object lock = new Object();
  private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private long timersMade;
  private long virtualNanos;
  private boolean shutdown;
  private volatile @Nullable Thread thread;

  private record Timer(long at, long order, Runnable task) implements Comparable<Timer> {
    @Override
    public int compareTo(Timer other) {
      // Times are differences of a clock that may wrap.
      int byTime = Long.signum(at - other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private VirtualLoop(boolean manual) {
    this.manual = manual;
  }

  /** A loop that runs when the test says so. */
  public static VirtualLoop manual() {
    return new VirtualLoop(true);
  }

  /** A loop that runs by itself until {@link #shutdown()}, on a daemon thread of this name. */
  public static VirtualLoop running(String name) {
    VirtualLoop loop = new VirtualLoop(false);
    Thread runner = new Thread(loop::runForever, name);
    runner.setDaemon(true);
    loop.thread = runner;
    runner.start();
    return loop;
  }

  /** Whether the caller is a task of this loop. */
  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  /** The clock in nanoseconds. */
  public long nanoTime() {
    if (!manual) {
      return System.nanoTime();
    }
    synchronized (lock) {
      return virtualNanos;
    }
  }

  /**
   * Runs a task on the loop behind those handed in before. Any thread.
   *
   * @throws RejectedExecutionException after {@link #shutdown()}, or when a million wait
   */
  @Override
  public void execute(Runnable task) {
    synchronized (lock) {
      checkRoom();
      ready.add(task);
      lock.notifyAll();
    }
  }

  /**
   * Runs a task on the loop later. Any thread.
   *
   * @param delay from now; with zero or less it goes behind the timers that are due now
   */
  public void schedule(Duration delay, Runnable task) {
    scheduleAt(nanoTime() + Math.max(0, delay.toNanos()), task);
  }

  /** Runs a task at a time of {@link #nanoTime()}. Any thread. */
  void scheduleAt(long nanos, Runnable task) {
    synchronized (lock) {
      checkRoom();
      timers.add(new Timer(nanos, timersMade++, task));
      lock.notifyAll();
    }
  }

  /**
   * Runs what waits, and what that brings about, without moving the clock. Manual mode only, not
   * from a task.
   *
   * @return how many tasks ran
   */
  public int runUntilIdle() {
    return runUntil(nanoTime());
  }

  /**
   * Moves the clock, from timer to timer, and runs what is due on the way. Manual mode only, not
   * from a task.
   *
   * @return how many tasks ran
   */
  public int advance(Duration by) {
    return runUntil(nanoTime() + by.toNanos());
  }

  /**
   * Gives a manual loop a daemon thread of this name from now on, which never waits for time to
   * pass: whenever nothing else is left, it moves the clock to the next timer. For the end of a
   * test: an actor system whose actors are on this loop cannot terminate while nobody runs it.
   */
  public void release(String name) {
    Thread runner = new Thread(this::runReleased, name);
    runner.setDaemon(true);
    synchronized (lock) {
      checkIdle();
      thread = runner;
    }
    runner.start();
  }

  /** How many tasks wait, timers of the future included: zero when nothing is left behind. */
  public int waiting() {
    synchronized (lock) {
      return ready.size() + timers.size();
    }
  }

  private int runUntil(long end) {
    synchronized (lock) {
      checkIdle();
      thread = Thread.currentThread();
    }
    try {
      int ran = 0;
      Runnable task;
      while ((task = next(end)) != null) {
        run(task);
        if (++ran == MAX_RUN) {
          throw new IllegalStateException("not idle after " + MAX_RUN + " tasks");
        }
      }
      return ran;
    } finally {
      thread = null;
    }
  }

  /** The next task up to a time, and the clock moved to it; at the end to that time. */
  private @Nullable Runnable next(long end) {
    synchronized (lock) {
      Runnable task = ready.poll();
      if (task != null) {
        return task;
      }
      Timer timer = timers.peek();
      if (timer != null && timer.at - end <= 0) {
        timers.remove();
        virtualNanos = Math.max(virtualNanos, timer.at);
        return timer.task;
      }
      virtualNanos = end;
      return null;
    }
  }

  private void checkIdle() {
    Thread runner = thread;
    if (runner != null) {
      throw new IllegalStateException("the loop is being run by " + runner.getName());
    }
  }

  private void runReleased() {
    Runnable task;
    while ((task = awaitInVirtualTime()) != null) {
      run(task);
    }
  }

  private @Nullable Runnable awaitInVirtualTime() {
    synchronized (lock) {
      while (true) {
        Runnable task = ready.poll();
        if (task != null || shutdown) {
          return task;
        }
        Timer timer = timers.poll();
        if (timer != null) {
          virtualNanos = Math.max(virtualNanos, timer.at);
          return timer.task;
        }
        waitForMore(0);
      }
    }
  }

  private void runForever() {
    Runnable task;
    while ((task = await()) != null) {
      run(task);
    }
  }

  private @Nullable Runnable await() {
    synchronized (lock) {
      while (true) {
        Runnable task = ready.poll();
        if (task != null) {
          return task;
        }
        if (shutdown) {
          return null;
        }
        Timer timer = timers.peek();
        long left = timer == null ? Long.MAX_VALUE : timer.at - System.nanoTime();
        if (timer != null && left <= 0) {
          timers.remove();
          return timer.task;
        }
        waitForMore(timer == null ? 0 : left);
      }
    }
  }

  /** Gives the lock away until something is handed in, or so many nanoseconds; 0 for any time. */
  private void waitForMore(long nanos) {
    try {
      if (nanos == 0) {
        lock.wait();
      } else {
        TimeUnit.NANOSECONDS.timedWait(lock, nanos);
      }
    } catch (InterruptedException interrupted) {
      // Nobody but shutdown() ends the loop; a task that was interrupted must not.
      LOG.debug("the loop was interrupted and goes on");
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error failure) {
      LOG.error("a task of the loop failed", failure);
    }
  }

  private void checkRoom() {
    if (shutdown) {
      throw new RejectedExecutionException("the loop was shut down");
    }
    if (ready.size() + timers.size() >= MAX_WAITING) {
      throw new RejectedExecutionException(MAX_WAITING + " tasks wait");
    }
  }

  /** Takes no more tasks, drops the timers, and ends after the tasks that wait. */
  @Override
  public void shutdown() {
    synchronized (lock) {
      shutdown = true;
      timers.clear();
      lock.notifyAll();
    }
  }

  /** As {@link #shutdown()}, without the tasks that wait. */
  @Override
  public List<Runnable> shutdownNow() {
    synchronized (lock) {
      List<Runnable> left = new ArrayList<>(ready);
      ready.clear();
      shutdown();
      return left;
    }
  }

  @Override
  public boolean isShutdown() {
    synchronized (lock) {
      return shutdown;
    }
  }

  @Override
  public boolean isTerminated() {
    Thread runner = thread;
    synchronized (lock) {
      return shutdown && ready.isEmpty() && (runner == null || !runner.isAlive());
    }
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    Thread runner = thread;
    if (runner != null && !inLoop()) {
      unit.timedJoin(runner, timeout);
    }
    return isTerminated();
  }
}
