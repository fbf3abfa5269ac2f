package dev.ahti.sockets.impl;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.actor.SharedFuture;
import dev.ahti.engine.stage.HandWriter;
import dev.ahti.sockets.SocketWriter;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;

/** Who has the writable half and writes it call by call. */
final class Writer implements SocketWriter {
  private final ApiTcpSocket socket;
  private final HandWriter hand;
  private final CompletableFuture<Done> over = new CompletableFuture<>();
  private final SharedFuture<Done> closed = SharedFuture.of(over);
  private volatile boolean released;

  Writer(ApiTcpSocket socket, HandWriter hand) {
    this.socket = socket;
    this.hand = hand;
    hand.closed()
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                over.complete(done);
              } else {
                over.completeExceptionally(failure);
              }
            });
  }

  HandWriter hand() {
    return hand;
  }

  @Override
  public CompletionStage<Done> write(ByteString bytes) {
    return released ? failed() : hand.write(bytes);
  }

  @Override
  public CompletionStage<Done> ready() {
    return released ? failed() : SharedFuture.of(hand.ready());
  }

  @Override
  public OptionalInt desiredSize() {
    if (released) {
      throw refused();
    }
    if (hand.error() != null) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(hand.closed().isDone() ? 0 : 1 - hand.waiting());
  }

  @Override
  public CompletionStage<Done> close() {
    return released ? failed() : hand.close();
  }

  @Override
  public CompletionStage<Done> closed() {
    return closed;
  }

  @Override
  public CompletionStage<Done> abort(Throwable reason) {
    return released ? failed() : hand.abort(0, requireNonNull(reason, "reason"));
  }

  @Override
  public void releaseLock() {
    if (!released) {
      released = true;
      over.completeExceptionally(refused());
      socket.released(this);
    }
  }

  private static CompletionStage<Done> failed() {
    return CompletableFuture.failedFuture(refused());
  }

  private static WebTransportTypeException refused() {
    return new WebTransportTypeException("the writer has released its socket (expected: locked)");
  }
}
