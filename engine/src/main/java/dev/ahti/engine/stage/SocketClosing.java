package dev.ahti.engine.stage;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.socket.SocketEnds;
import dev.ahti.engine.socket.SocketEnds.Half;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/**
 * Closes a socket when its second half has ended, and settles its {@code closed} when the operating
 * system has closed it. Any thread.
 */
final class SocketClosing {
  private final CompletableFuture<Done> gone;
  private final Runnable close;
  private final AtomicReference<SocketEnds> ends = new AtomicReference<>(SocketEnds.NONE);
  private final CompletableFuture<Done> closed = new CompletableFuture<>();

  /**
   * Of one socket, both halves of which are active.
   *
   * @param gone completes or fails when the operating system has closed it
   * @param close has it do that
   */
  SocketClosing(CompletableFuture<Done> gone, Runnable close) {
    this.gone = gone;
    this.close = close;
    var unused = gone.whenComplete((done, failure) -> settle());
  }

  /** A half has ended; its first end counts. */
  void ended(Half half, @Nullable Throwable failure) {
    SocketEnds after =
        requireNonNull(
            ends.updateAndGet(before -> requireNonNull(before, "ends").ended(half, failure)),
            "ends");
    if (after.isOver()) {
      close.run();
      if (gone.isDone()) {
        settle();
      }
    }
  }

  private SocketEnds now() {
    return requireNonNull(ends.get(), "ends");
  }

  private void settle() {
    SocketEnds now = now();
    if (!now.isOver()) {
      return;
    }
    Throwable failure = now.failure();
    if (failure == null) {
      closed.complete(Done.getInstance());
    } else {
      closed.completeExceptionally(failure);
    }
  }

  boolean isOver(Half half) {
    SocketEnds now = now();
    return (half == Half.READABLE ? now.readable() : now.writable()) != null;
  }

  CompletableFuture<Done> closed() {
    return closed;
  }
}
