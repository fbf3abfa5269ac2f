package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.SessionEnd;
import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.actor.SharedFuture;
import dev.ahti.engine.spi.DatagramWriter;
import dev.ahti.engine.stage.IncomingStreams;
import dev.ahti.engine.stage.IncomingStreamsStage;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportCloseInfo;
import dev.ahti.webtransport.WebTransportDatagramDuplexStream;
import dev.ahti.webtransport.WebTransportError;
import dev.ahti.webtransport.WebTransportInfo;
import dev.ahti.webtransport.WebTransportReceiveStream;
import dev.ahti.webtransport.WebTransportSendStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.annotation.InternalApi;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** The public face of an engine session that is there, or that is still being dialled. */
@InternalApi
public final class ApiSession implements WebTransport {
  private final CompletableFuture<SessionHandle> dialled;
  private final CompletableFuture<SessionHandle> established;

  // The same for every caller: a copy for each would be held until the session ends.
  private final SharedFuture<Done> ready;
  private final SharedFuture<WebTransportCloseInfo> closed;
  private final SharedFuture<Done> draining;

  /** A server's, or any other that is there. */
  public ApiSession(SessionHandle session) {
    this(CompletableFuture.completedFuture(session), false);
  }

  /**
   * A client's: what the future fails with is told by {@code ready} and {@code closed}.
   *
   * @param hides whether it is not told, only that it failed
   */
  public ApiSession(CompletableFuture<SessionHandle> dialled, boolean hides) {
    this.dialled = dialled;
    this.established =
        dialled.handle(
            (session, failure) -> {
              if (failure != null && hides) {
                throw WebTransportError.session("the session could not be established");
              }
              return orError(session, failure);
            });
    this.ready = SharedFuture.of(established.thenApply(session -> Done.getInstance()));
    this.closed =
        SharedFuture.of(
            established
                .thenCompose(SessionHandle::closed)
                .handle(ApiSession::<SessionEnd>orError)
                .thenApply(end -> new WebTransportCloseInfo(end.code(), end.reason())));
    this.draining =
        SharedFuture.of(
            established.thenCompose(SessionHandle::draining).handle(ApiSession::<Done>orError));
  }

  @Override
  public CompletionStage<Done> ready() {
    return ready;
  }

  @Override
  public CompletionStage<WebTransportCloseInfo> closed() {
    return closed;
  }

  @Override
  public CompletionStage<Done> draining() {
    return draining;
  }

  @Override
  public void close(WebTransportCloseInfo info) {
    // While connecting this side gives up: ready() and closed() fail, and cancelling the dial gives
    // the connection back. A session that is established all the same is closed at once.
    established.completeExceptionally(WebTransportError.session("closed while connecting"));
    if (!dialled.cancel(false)) {
      dialled.thenAccept(session -> session.close(info.closeCode(), info.reason()));
    }
  }

  @Override
  public void drain() {
    dialled.thenAccept(SessionHandle::drain);
  }

  @Override
  public CompletionStage<WebTransportBidirectionalStream> createBidirectionalStream() {
    return open(StreamKind.BIDIRECTIONAL, BidirectionalStream::new);
  }

  @Override
  public CompletionStage<WebTransportSendStream> createUnidirectionalStream() {
    return open(StreamKind.UNIDIRECTIONAL, SendStream::new);
  }

  @Override
  public Source<WebTransportBidirectionalStream, NotUsed> incomingBidirectionalStreams() {
    return incoming(SessionHandle::incomingBidirectional, BidirectionalStream::new);
  }

  @Override
  public Source<WebTransportReceiveStream, NotUsed> incomingUnidirectionalStreams() {
    return incoming(SessionHandle::incomingUnidirectional, ReceiveStream::new);
  }

  @Override
  public WebTransportDatagramDuplexStream datagrams() {
    return new Datagrams(this);
  }

  @Override
  public String protocol() {
    return established.isDone() && !established.isCompletedExceptionally()
        ? established.join().protocol().orElse("")
        : "";
  }

  @Override
  public WebTransportInfo info() {
    return Infos.of(require());
  }

  @Override
  public CompletionStage<ByteString> exportKeyingMaterial(
      ByteString label, ByteString context, int length) {
    return established
        .thenCompose(session -> session.exportKeyingMaterial(label, context, length))
        .handle(
            (material, failure) -> {
              if (failure != null && unwrapped(failure) instanceof IllegalArgumentException range) {
                throw range;
              }
              return orError(material, failure);
            });
  }

  @Override
  public Materializer materializer() {
    return require().loop().materializer();
  }

  /** The engine's session, now. */
  SessionHandle require() {
    if (established.isDone() && !established.isCompletedExceptionally()) {
      return established.join();
    }
    String state = established.isDone() ? "failed" : "connecting";
    throw new IllegalStateException("session: " + state + " (expected: established)");
  }

  /** One more way to send datagrams, from now on or from when the session is there. */
  DatagramWriter datagramWriter() {
    return established.isDone() && !established.isCompletedExceptionally()
        ? established.join().newDatagramWriter()
        : new LaterDatagramWriter(established);
  }

  /** What its datagrams end with; nothing after a clean close, which is told before they end. */
  @Nullable Throwable ended(String why) {
    CompletableFuture<?> outcome = established.isCompletedExceptionally() ? established : closed;
    if (!outcome.isCompletedExceptionally()) {
      return outcome.isDone() ? null : WebTransportError.session(why);
    }
    return outcome.handle((done, failure) -> unwrapped(failure)).join();
  }

  /** A source made of the session: at once when it is there, else once it is. */
  <T> Source<T, NotUsed> later(Function<SessionHandle, Source<T, NotUsed>> make) {
    if (established.isDone() && !established.isCompletedExceptionally()) {
      return make.apply(established.join());
    }
    return Source.completionStageSource(established.thenApply(make))
        .mapMaterializedValue(waiting -> NotUsed.getInstance());
  }

  private <T> CompletionStage<T> open(StreamKind kind, Function<StreamHandle, T> wrap) {
    CompletableFuture<StreamHandle> opened =
        established.isDone() && !established.isCompletedExceptionally()
            ? established.join().openStream(kind)
            : established.thenCompose(session -> session.openStream(kind));
    return opened.handle(ApiSession::<StreamHandle>orError).thenApply(wrap);
  }

  private <T> Source<T, NotUsed> incoming(
      Function<SessionHandle, IncomingStreams> queue, Function<StreamHandle, T> wrap) {
    return later(
        session ->
            Source.fromGraph(
                    new IncomingStreamsStage(queue.apply(session), WebTransportError::session))
                .map(wrap::apply));
  }

  private static <T> T orError(T value, @Nullable Throwable failure) {
    if (failure == null) {
      return value;
    }
    Throwable cause = unwrapped(failure);
    if (cause instanceof WebTransportError error) {
      throw error;
    }
    if (cause instanceof SessionFailure refusal && refusal.status().isPresent()) {
      throw WebTransportError.refused(
          String.valueOf(cause.getMessage()), refusal.status().getAsInt());
    }
    String message = cause instanceof SessionFailure ? cause.getMessage() : String.valueOf(cause);
    throw WebTransportError.session(String.valueOf(message));
  }

  private static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
