package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Calls that actors have not answered yet. A message to one that is going down is lost without a
 * word; its caller is told from here. Any thread.
 */
final class OpenCalls {
  private final String limit;
  private final int capacity;
  private final Level level;
  private final Set<CompletableFuture<?>> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private @Nullable String ended;

  /**
   * @param limit names the limit, in the failure of the one too many
   * @param capacity how many calls may be open
   * @param level counts those that are
   */
  OpenCalls(String limit, int capacity, Level level) {
    this.limit = limit;
    this.capacity = capacity;
    this.level = level;
  }

  /** A promise for one more call; failed at once when there are too many or nobody will answer. */
  <T> CompletableFuture<T> add() {
    CompletableFuture<T> promise = new CompletableFuture<>();
    String refused = register(promise);
    if (refused != null) {
      promise.completeExceptionally(new SessionFailure(refused));
    } else {
      promise.whenComplete((result, failure) -> remove(promise));
    }
    return promise;
  }

  /** Fails every open call, and every later one. */
  void end(String why) {
    List<CompletableFuture<?>> left;
    synchronized (this) {
      ended = why;
      left = new ArrayList<>(open);
    }
    left.forEach(promise -> promise.completeExceptionally(new SessionFailure(why)));
  }

  /** Whether nobody will answer any more. */
  synchronized boolean hasEnded() {
    return ended != null;
  }

  private synchronized @Nullable String register(CompletableFuture<?> promise) {
    if (ended != null) {
      return ended;
    }
    if (open.size() >= capacity) {
      return "calls in progress: " + capacity + " (the limit, " + limit + ")";
    }
    open.add(promise);
    level.increment();
    return null;
  }

  private synchronized void remove(CompletableFuture<?> promise) {
    if (open.remove(promise)) {
      level.decrement();
    }
  }
}
