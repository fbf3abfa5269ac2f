package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Callers that wait for an actor, kept beside its mailbox: a message to an actor that has just
 * stopped is lost without a word, a promise must not be. Bounded, which bounds the mailbox too, as
 * every message asks for one of these. Any thread.
 *
 * @param <T> what they wait for
 */
final class PendingReplies<T> {
  private final String what;
  private final int capacity;
  private final Level level;
  private final ArrayDeque<Waiting<T>> waiting = new ArrayDeque<>();
  private @Nullable RuntimeException ended;

  private static final class Waiting<T> extends CompletableFuture<T> {
    final boolean patient;

    Waiting(boolean patient) {
      this.patient = patient;
    }
  }

  /**
   * @param what names what is waited for, in the failure of the one too many
   * @param capacity how many may wait
   * @param level counts those that wait
   */
  PendingReplies(String what, int capacity, Level level) {
    this.what = what;
    this.capacity = capacity;
    this.level = level;
  }

  /**
   * Adds a caller. The promise is its own: when it completes or cancels it, the reply goes to the
   * next one.
   *
   * @return a promise; failed at once when too many wait or nobody will answer any more
   */
  CompletableFuture<T> add() {
    return add(true);
  }

  /**
   * Adds a caller.
   *
   * @param patient whether {@link #failImpatient} leaves it alone
   */
  CompletableFuture<T> add(boolean patient) {
    RuntimeException refused;
    synchronized (this) {
      if (waiting.size() >= capacity) {
        prune();
      }
      if (ended == null && waiting.size() < capacity) {
        Waiting<T> promise = new Waiting<>(patient);
        waiting.add(promise);
        level.increment();
        return promise;
      }
      refused = ended != null ? ended : new TooManyCalls(what, capacity);
    }
    return CompletableFuture.failedFuture(refused);
  }

  /** Gives the first caller that still waits its reply; {@code false} when nobody waits. */
  boolean complete(T reply) {
    CompletableFuture<T> next = poll();
    while (next != null && !next.complete(reply)) {
      next = poll();
    }
    return next != null;
  }

  /** Fails the first caller that still waits. */
  void fail(RuntimeException failure) {
    CompletableFuture<T> next = poll();
    while (next != null && !next.completeExceptionally(failure)) {
      next = poll();
    }
  }

  /** Fails those that still wait and would not. */
  void failImpatient(Supplier<? extends RuntimeException> failure) {
    List<Waiting<T>> failed = new ArrayList<>(0);
    synchronized (this) {
      for (Waiting<T> each : waiting) {
        if (!each.patient) {
          failed.add(each);
        }
      }
      waiting.removeAll(failed);
      level.add(-failed.size());
    }
    failed.forEach(each -> each.completeExceptionally(failure.get()));
  }

  /** How many still wait. */
  synchronized int size() {
    prune();
    return waiting.size();
  }

  private synchronized void prune() {
    int before = waiting.size();
    waiting.removeIf(CompletableFuture::isDone);
    level.add(waiting.size() - (long) before);
  }

  /** Fails everyone who waits, and everyone who comes later. */
  void end(RuntimeException failure) {
    List<CompletableFuture<T>> left;
    synchronized (this) {
      if (ended != null) {
        return;
      }
      ended = failure;
      left = new ArrayList<>(waiting);
      waiting.clear();
      level.add(-left.size());
    }
    left.forEach(promise -> promise.completeExceptionally(failure));
  }

  private synchronized @Nullable CompletableFuture<T> poll() {
    CompletableFuture<T> next = waiting.poll();
    if (next != null) {
      level.decrement();
    }
    return next;
  }
}
