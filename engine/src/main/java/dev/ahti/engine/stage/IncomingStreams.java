package dev.ahti.engine.stage;

import dev.ahti.engine.gauge.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of the streams that a peer opened, from the session (on its loop) to one consumer
 * (on any thread).
 *
 * <p>A stream that nobody will take is never forgotten: it is refused by {@link #offer}, or told to
 * the {@code rejected} callback when it waited as the session ended or the consumer went away.
 *
 * <p><b>Wake-ups.</b> A {@link #poll} that gives nothing while the queue is open arms the wake-up;
 * the next offer fires it once. The end fires it too, armed or not. Both on the thread of the call.
 */
public final class IncomingStreams {
  private static final Runnable NOBODY = () -> {};

  private final int configured;
  private final Level waiting;
  private final Consumer<StreamHandle> rejected;
  private final AtomicBoolean claimed = new AtomicBoolean();

  // A lock, not a lock-free ring: the end must take what waits and refuse what follows in one step.
  private final Object lock = new Object();
  private final ArrayDeque<StreamHandle> queue = new ArrayDeque<>();
  private int capacity;
  private Runnable wake = NOBODY;
  private boolean armed;
  private @Nullable End end;

  /** How the queue ended. */
  public sealed interface End {

    /** The session closed cleanly, or the consumer is gone. */
    enum Completed implements End {
      INSTANCE
    }

    /** The session ended abruptly. */
    record Failed(String why) implements End {}
  }

  /**
   * An empty, open queue.
   *
   * @param capacity how many streams may wait, above zero
   * @param waiting the level that counts those that wait
   * @param rejected told each stream that waited and will not be taken any more; on the thread that
   *     ends the queue; must not block
   */
  public IncomingStreams(int capacity, Level waiting, Consumer<StreamHandle> rejected) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity: " + capacity + " (expected: > 0)");
    }
    this.configured = capacity;
    this.capacity = capacity;
    this.waiting = waiting;
    this.rejected = rejected;
  }

  /** Becomes the one consumer; {@code true} while there is no other. */
  public boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  /** The consumer lets another one go on. */
  void unclaim() {
    onAvailable(NOBODY);
    claimed.set(false);
  }

  /** Lets so many streams wait, and no fewer than configured. */
  public void anticipate(int streams) {
    synchronized (lock) {
      capacity = Math.max(configured, streams);
    }
  }

  /**
   * Hands a stream over.
   *
   * @return {@code false} when the queue is full or has ended: the caller rejects the stream
   */
  public boolean offer(StreamHandle stream) {
    Runnable toWake;
    synchronized (lock) {
      if (end != null || queue.size() >= capacity) {
        return false;
      }
      queue.add(stream);
      waiting.increment();
      toWake = disarm();
    }
    toWake.run();
    return true;
  }

  /**
   * Sets who is woken; replaces the one before.
   *
   * @param wake called on the thread of {@link #offer}, {@link #complete} or {@link #fail}; must
   *     not block
   */
  public void onAvailable(Runnable wake) {
    synchronized (lock) {
      this.wake = wake;
    }
  }

  /** The next stream, or {@code null} when there is none now; then the wake-up is armed. */
  public @Nullable StreamHandle poll() {
    synchronized (lock) {
      StreamHandle next = queue.poll();
      if (next == null) {
        armed = end == null;
      } else {
        waiting.decrement();
      }
      return next;
    }
  }

  /** How the queue ended, or {@code null} while it is open. When it has ended it is empty. */
  public @Nullable End end() {
    synchronized (lock) {
      return end;
    }
  }

  /** Ends the queue cleanly and rejects what waits. Later calls do nothing. */
  public void complete() {
    end(End.Completed.INSTANCE);
  }

  /** Ends the queue abruptly and rejects what waits. Later calls do nothing. */
  public void fail(String why) {
    end(new End.Failed(why));
  }

  private void end(End how) {
    Runnable toWake;
    List<StreamHandle> left;
    synchronized (lock) {
      if (end != null) {
        return;
      }
      end = how;
      left = new ArrayList<>(queue);
      queue.clear();
      waiting.add(-left.size());
      toWake = wake;
    }
    left.forEach(rejected);
    toWake.run();
  }

  private Runnable disarm() {
    Runnable toWake = armed ? wake : NOBODY;
    armed = false;
    return toWake;
  }
}
