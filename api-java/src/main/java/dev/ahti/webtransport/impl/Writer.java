package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.SharedFuture;
import dev.ahti.engine.stage.HandWriter;
import dev.ahti.webtransport.WebTransportError;
import dev.ahti.webtransport.WebTransportTypeException;
import dev.ahti.webtransport.WebTransportWriter;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;

/** Who has the lock of a stream that is written call by call. */
final class Writer implements WebTransportWriter {
  private final SendStream stream;
  private final HandWriter hand;
  private final CompletableFuture<Done> over = new CompletableFuture<>();
  private final SharedFuture<Done> closed = SharedFuture.of(over);
  private final Awaited<Done> ready = new Awaited<>(this);
  private final Awaited<Done> aborted = new Awaited<>(this);
  private volatile boolean released;
  private volatile boolean waitedFor;

  Writer(SendStream stream, HandWriter hand) {
    this.stream = stream;
    this.hand = hand;
  }

  HandWriter hand() {
    return hand;
  }

  /** The stream may have ended: passes that on. */
  void tell() {
    CompletableFuture<Done> end = hand.closed();
    if (end.isDone()) {
      end.whenComplete(
          (done, failure) -> {
            if (failure == null) {
              over.complete(done);
            } else {
              over.completeExceptionally(failure);
            }
          });
    }
  }

  @Override
  public CompletionStage<Done> write(ByteString bytes) {
    return released ? failed() : unlessOver(() -> hand.write(bytes));
  }

  @Override
  public CompletionStage<Done> atomicWrite(ByteString bytes) {
    return released ? failed() : unlessOver(() -> hand.writeWhole(bytes));
  }

  private CompletionStage<Done> unlessOver(Supplier<CompletableFuture<Done>> call) {
    Throwable over =
        ApiStreamFailures.over(stream.session().status(), stream.failures(), hand.closed());
    return over == null ? Awaited.keeping(this, call.get()) : CompletableFuture.failedFuture(over);
  }

  @Override
  public void commit() {
    if (!released) {
      hand.commit();
    }
  }

  @Override
  public CompletionStage<Done> ready() {
    return released ? failed() : ready.as(hand.ready());
  }

  @Override
  public OptionalInt desiredSize() {
    if (released) {
      throw refused();
    }
    Throwable error = hand.error();
    if (error != null) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(hand.closed().isDone() ? 0 : 1 - hand.waiting());
  }

  @Override
  public CompletionStage<Done> close() {
    return released ? failed() : unlessOver(hand::close);
  }

  @Override
  public CompletionStage<Done> closed() {
    if (!waitedFor && !closed.isDone()) {
      waitedFor = true;
      Awaited.keeping(this, hand.closed());
    }
    return closed;
  }

  @Override
  public CompletionStage<Done> abort(long code) {
    if (released) {
      return failed();
    }
    long clamped = StreamCodes.clamped(code);
    return aborted.as(hand.abort(clamped, aborted(clamped)));
  }

  /** What the calls of a stream that this side aborts fail with. */
  static WebTransportError aborted(long code) {
    return WebTransportError.stream("this side aborted the stream with code " + code, code);
  }

  @Override
  public void releaseLock() {
    if (!released) {
      released = true;
      over.completeExceptionally(refused());
      stream.released(this);
    }
  }

  private static CompletionStage<Done> failed() {
    return CompletableFuture.failedFuture(refused());
  }

  private static WebTransportTypeException refused() {
    return new WebTransportTypeException("the writer has released its stream (expected: locked)");
  }
}
