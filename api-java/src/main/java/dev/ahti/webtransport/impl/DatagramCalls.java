package dev.ahti.webtransport.impl;

import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.spi.DatagramWriter;
import dev.ahti.webtransport.WebTransportDatagramResult;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The calls of who sends datagrams through one of the engine's writers, which holds this: so it
 * must not hold the session, which is free to become unreachable.
 */
final class DatagramCalls {
  private final DatagramWriter writer;
  private final AtomicBoolean taken;
  private final Function<String, @Nullable Throwable> ended;
  private final CompletableFuture<Done> over = new CompletableFuture<>();

  // Guarded by this.
  private @Nullable String closed;
  private @Nullable CompletableFuture<Done> room;
  private @Nullable CompletableFuture<Done> drained;
  private int waiting;
  private boolean released;

  DatagramCalls(
      DatagramWriter writer, AtomicBoolean taken, Function<String, @Nullable Throwable> ended) {
    this.writer = writer;
    this.taken = taken;
    this.ended = ended;
    writer.onWritable(this::woken);
  }

  CompletableFuture<Done> write(ByteString datagram) {
    CompletableFuture<Done> done = new CompletableFuture<>();
    Throwable failure = offer(datagram, done, outcome -> done.complete(Done.getInstance()));
    return failure == null ? done : CompletableFuture.failedFuture(failure);
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
    synchronized (this) {
      waiting++;
    }
    boolean more;
    try {
      more =
          writer.offer(
              datagram,
              0,
              outcome -> {
                listener.accept(outcome);
                settled();
              });
    } catch (RuntimeException ofThePolicy) {
      settled();
      return ofThePolicy;
    }
    if (more && atOnce != null) {
      atOnce.complete(Done.getInstance());
    }
    return null;
  }

  private void settled() {
    CompletableFuture<Done> done;
    synchronized (this) {
      done = --waiting == 0 ? drained : null;
    }
    if (done != null) {
      done.complete(Done.getInstance());
    }
  }

  /** Why nothing can be written. */
  private @Nullable Throwable failure() {
    String why;
    synchronized (this) {
      why = closed;
    }
    if (why != null) {
      return new WebTransportTypeException(why);
    }
    String end = writer.ended();
    if (end == null) {
      return null;
    }
    Throwable failure = ended.apply(end);
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
    return ready.copy();
  }

  /** Completes when it was closed, or the session was; fails with what ended it otherwise. */
  CompletableFuture<Done> closed() {
    woken();
    return over;
  }

  private void lookForEnd() {
    String end = over.isDone() ? null : writer.ended();
    if (end != null) {
      Throwable failure = ended.apply(end);
      if (failure == null) {
        over.complete(Done.getInstance());
      } else {
        over.completeExceptionally(failure);
      }
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
    if (ready != null && failure == null) {
      ready.complete(Done.getInstance());
    } else if (ready != null) {
      ready.completeExceptionally(failure);
    }
  }

  OptionalInt desiredSize() {
    Throwable failure = failure();
    if (failure == null) {
      return OptionalInt.of(writer.room());
    }
    return failure instanceof WebTransportTypeException ? OptionalInt.of(0) : OptionalInt.empty();
  }

  CompletableFuture<Done> close() {
    CompletableFuture<Done> done = new CompletableFuture<>();
    done.whenComplete((all, none) -> over.complete(Done.getInstance()));
    boolean empty;
    synchronized (this) {
      if (closed != null) {
        return CompletableFuture.failedFuture(new WebTransportTypeException(closed));
      }
      closed = "writer: closed (expected: open)";
      drained = done;
      empty = waiting == 0;
    }
    if (empty) {
      done.complete(Done.getInstance());
    }
    woken();
    return done;
  }

  void releaseLock() {
    String why = "writer: released (expected: the lock)";
    synchronized (this) {
      closed = why;
      if (released) {
        return;
      }
      released = true;
    }
    woken();
    over.completeExceptionally(new WebTransportTypeException(why));
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
