package dev.ahti.webtransport.impl;

import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.webtransport.WebTransportDatagramResult;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The calls of who sends datagrams through one of the engine's writers, which holds this: so it
 * must not hold the session, which is free to become unreachable.
 */
final class DatagramCalls {
  private static final String RELEASED = "writer: released (expected: the lock)";

  private final EndableWriter writer;
  private final AtomicBoolean taken;
  private final CompletableFuture<Done> over = new CompletableFuture<>();

  // Guarded by this.
  private @Nullable CompletableFuture<Done> room;
  private boolean released;

  DatagramCalls(EndableWriter writer, AtomicBoolean taken) {
    this.writer = writer;
    this.taken = taken;
    writer.onWritable(this::woken);
  }

  CompletableFuture<Done> write(ByteString datagram) {
    CompletableFuture<Done> done = new CompletableFuture<>();
    Throwable failure = offer(datagram, done, outcome -> written(done, outcome));
    return failure == null ? done : CompletableFuture.failedFuture(failure);
  }

  private void written(CompletableFuture<Done> done, DatagramOutcome outcome) {
    Throwable reason = outcome == DatagramOutcome.DROPPED ? writer.aborted() : null;
    if (reason == null) {
      done.complete(Done.getInstance());
    } else {
      done.completeExceptionally(reason);
    }
  }

  CompletableFuture<WebTransportDatagramResult> send(ByteString datagram) {
    CompletableFuture<WebTransportDatagramResult> result = new CompletableFuture<>();
    Throwable failure = offer(datagram, null, outcome -> result.complete(result(outcome)));
    return failure == null ? result : CompletableFuture.failedFuture(failure);
  }

  /**
   * Offers a datagram.
   *
   * @param atOnce completed when more may be offered
   * @return what the call fails with
   */
  private @Nullable Throwable offer(
      ByteString datagram,
      @Nullable CompletableFuture<Done> atOnce,
      Consumer<DatagramOutcome> listener) {
    Throwable failure = failure();
    if (failure != null) {
      return failure;
    }
    boolean more;
    try {
      more = writer.offer(datagram, 0, listener);
    } catch (RuntimeException ofThePolicy) {
      return ofThePolicy;
    }
    if (more && atOnce != null) {
      atOnce.complete(Done.getInstance());
    }
    return null;
  }

  /** Why nothing can be written. */
  private @Nullable Throwable failure() {
    synchronized (this) {
      if (released) {
        return new WebTransportTypeException(RELEASED);
      }
    }
    String end = writer.ended();
    if (end == null) {
      return null;
    }
    Throwable failure = writer.failure(end);
    return failure == null
        ? new WebTransportTypeException("session: closed (expected: open)")
        : failure;
  }

  CompletableFuture<Done> ready() {
    CompletableFuture<Done> ready;
    synchronized (this) {
      if (room == null) {
        room = new CompletableFuture<>();
      }
      ready = room;
    }
    woken();
    return ready;
  }

  /** Completes when it was closed, or the session was; fails with what ended it otherwise. */
  CompletableFuture<Done> closed() {
    woken();
    return over;
  }

  private void lookForEnd() {
    String end = over.isDone() ? null : writer.ended();
    if (end == null) {
      return;
    }
    if (writer.isClosed()) {
      writer.drained().whenComplete((done, failure) -> end(failure));
    } else {
      end(writer.failure(end));
    }
  }

  private void end(@Nullable Throwable failure) {
    if (failure == null) {
      over.complete(Done.getInstance());
    } else {
      over.completeExceptionally(failure);
    }
  }

  /** There may be room, or the end. */
  private void woken() {
    lookForEnd();
    Throwable failure = failure();
    boolean free = failure != null || writer.room() > 0;
    CompletableFuture<Done> ready = null;
    synchronized (this) {
      if (free) {
        ready = room;
        room = null;
      }
    }
    if (ready != null && (failure == null || isClosed(failure))) {
      ready.complete(Done.getInstance());
    } else if (ready != null) {
      ready.completeExceptionally(failure);
    }
  }

  OptionalInt desiredSize() {
    if (isReleased()) {
      throw new WebTransportTypeException(RELEASED);
    }
    Throwable failure = failure();
    if (failure == null) {
      return OptionalInt.of(writer.room());
    }
    return isClosed(failure) ? OptionalInt.of(0) : OptionalInt.empty();
  }

  /** Whether nothing can be written because the writable, or the session, was closed in order. */
  private boolean isClosed(Throwable failure) {
    return !isReleased()
        && writer.aborted() != failure
        && failure instanceof WebTransportTypeException;
  }

  private synchronized boolean isReleased() {
    return released;
  }

  CompletableFuture<Done> close() {
    CompletableFuture<Done> refused = refusedWhenReleased();
    if (refused != null) {
      return refused;
    }
    CompletableFuture<Done> done = writer.close();
    woken();
    return done;
  }

  CompletableFuture<Done> abort(Throwable reason) {
    CompletableFuture<Done> refused = refusedWhenReleased();
    if (refused != null) {
      return refused;
    }
    writer.abort(reason);
    return CompletableFuture.completedFuture(Done.getInstance());
  }

  private synchronized @Nullable CompletableFuture<Done> refusedWhenReleased() {
    return released
        ? CompletableFuture.failedFuture(new WebTransportTypeException(RELEASED))
        : null;
  }

  void releaseLock() {
    synchronized (this) {
      if (released) {
        return;
      }
      released = true;
    }
    woken();
    over.completeExceptionally(new WebTransportTypeException(RELEASED));
    writer.leave();
    taken.set(false);
  }

  private static WebTransportDatagramResult result(DatagramOutcome outcome) {
    return switch (outcome) {
      case SENT -> WebTransportDatagramResult.SENT;
      case EXPIRED -> WebTransportDatagramResult.EXPIRED;
      case TOO_LARGE -> WebTransportDatagramResult.TOO_LARGE;
      case DROPPED -> WebTransportDatagramResult.DROPPED;
    };
  }
}
