package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.gauge.Level;
import dev.ahti.webtransport.WebTransportQuotaExceededException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait for a session which is still connecting: bounded, counted, and answered in
 * their order. Does not hold the session. Any thread.
 */
final class EarlyCalls {
  private final CompletableFuture<SessionHandle> established;
  private final int capacity;
  private final Level level;

  // Guarded by this.
  private Set<CompletableFuture<SessionHandle>> waiting = new LinkedHashSet<>();

  /**
   * Of one session.
   *
   * @param capacity how many may wait: {@code ahti.session.connecting-calls}
   * @param level counts those that do, of all sessions
   */
  EarlyCalls(CompletableFuture<SessionHandle> established, int capacity, Level level) {
    this.established = established;
    this.capacity = capacity;
    this.level = level;
    established.whenComplete(this::settled);
  }

  /**
   * The session, for one more call. The future is the caller's own while it waits: cancelled, it
   * gives its place back.
   *
   * @throws WebTransportQuotaExceededException when too many wait
   */
  CompletableFuture<SessionHandle> add() {
    CompletableFuture<SessionHandle> call = new CompletableFuture<>();
    synchronized (this) {
      if (established.isDone()) {
        return established;
      }
      if (waiting.size() >= capacity) {
        throw new WebTransportQuotaExceededException(
            "calls: "
                + capacity
                + " wait for the session (the limit, ahti.session.connecting-calls)");
      }
      waiting.add(call);
      level.increment();
    }
    call.whenComplete((session, failure) -> remove(call));
    return call;
  }

  private synchronized void remove(CompletableFuture<SessionHandle> call) {
    if (waiting.remove(call)) {
      level.decrement();
    }
  }

  private void settled(@Nullable SessionHandle session, @Nullable Throwable failure) {
    Set<CompletableFuture<SessionHandle>> all;
    synchronized (this) {
      all = waiting;
      waiting = new LinkedHashSet<>();
      level.add(-all.size());
    }
    for (CompletableFuture<SessionHandle> call : all) {
      if (failure == null) {
        call.complete(session);
      } else {
        call.completeExceptionally(failure);
      }
    }
  }
}
