package dev.ahti.cli.browser;

import dev.ahti.cli.endpoint.Echo;
import dev.ahti.cli.program.EchoPrograms;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportCloseInfo;
import dev.ahti.webtransport.WebTransportError;
import dev.ahti.webtransport.WebTransportErrorSource;
import dev.ahti.webtransport.WebTransportReceiveStream;
import dev.ahti.webtransport.WebTransportSendStream;
import dev.ahti.webtransport.WebTransportSendStreamOptions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.BiConsumer;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.function.Procedure;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The server's side of each {@link BrowserCase}, through the public API alone. */
final class CaseHandlers {

  private CaseHandlers() {}

  static void accept(WebTransport session, CompletableFuture<String> seen) {
    seen.complete("accepted");
  }

  static void tellProtocol(WebTransport session, CompletableFuture<String> seen) {
    seen.complete(session.protocol().isEmpty() ? "none" : session.protocol());
  }

  static void echo(WebTransport session, CompletableFuture<String> seen) {
    seen.complete("accepted");
    onBidirectional(
        session,
        stream -> stream.flow().join(Flow.of(ByteString.class)).run(session.materializer()));
  }

  static void echoText(WebTransport session, CompletableFuture<String> seen) {
    onBidirectional(
        session,
        stream ->
            readText(session, stream.readable())
                .thenCompose(text -> write(session, stream.writable(), text).thenApply(d -> text))
                .whenComplete(tell(seen)));
  }

  static void answerOneWay(WebTransport session, CompletableFuture<String> seen) {
    onUnidirectional(
        session,
        stream ->
            readText(session, stream)
                .thenCompose(text -> sendOneWay(session, "answer to: " + text).thenApply(d -> text))
                .whenComplete(tell(seen)));
  }

  static void openStream(WebTransport session, CompletableFuture<String> seen) {
    session
        .createBidirectionalStream(
            WebTransportSendStreamOptions.create().withWaitUntilAvailable(true))
        .thenCompose(
            stream ->
                write(session, stream.writable(), "opened by the server")
                    .thenCompose(done -> readText(session, stream.readable())))
        .whenComplete(tell(seen))
        .thenRun(session::close);
  }

  /**
   * Answers each datagram and sends one of its own every 50 ms, for as long as the session lives.
   */
  static void datagrams(WebTransport session, CompletableFuture<String> seen) {
    Source<ByteString, ?> unasked =
        Source.tick(Duration.ofMillis(50), Duration.ofMillis(50), "server ")
            .zipWithIndex()
            .map(tick -> ByteString.fromString(tick.first() + tick.second()));
    session
        .datagrams()
        .readable()
        .map(
            datagram -> {
              if (datagram.utf8String().startsWith("page ")) {
                seen.complete("datagrams of the page");
              }
              return datagram;
            })
        .merge(unasked, true)
        .runWith(session.datagrams().createWritable().sink(), session.materializer());
  }

  static void echoWithHash(WebTransport session, CompletableFuture<String> seen) {
    onBidirectional(
        session,
        stream -> {
          MessageDigest digest = sha256();
          Flow<ByteString, ByteString, NotUsed> hashing =
              Flow.of(ByteString.class)
                  .map(
                      bytes -> {
                        digest.update(bytes.asByteBuffer());
                        return bytes;
                      });
          stream
              .flow()
              .joinMat(hashing, Keep.left())
              .run(session.materializer())
              .thenApply(done -> HexFormat.of().formatHex(digest.digest()))
              .whenComplete(tell(seen));
        });
  }

  /** Says something, waits for the page's reset, and tells its code on the other half. */
  static void tellReset(WebTransport session, CompletableFuture<String> seen) {
    onBidirectional(
        session,
        stream -> {
          CompletionStage<String> reset =
              readText(session, stream.readable())
                  .handle(
                      (text, error) -> "reset " + streamError(error).streamErrorCode().orElse(-1));
          reset.whenComplete(tell(seen));
          Source.single("got it")
              .concat(Source.completionStage(reset))
              .map(ByteString::fromString)
              .runWith(stream.writable().sink(), session.materializer());
        });
  }

  static void reset(WebTransport session, CompletableFuture<String> seen) {
    onBidirectional(
        session,
        stream ->
            readText(session, stream.readable())
                .whenComplete(tell(seen))
                .thenRun(() -> stream.writable().abort(43)));
  }

  static void sendUntilStopped(WebTransport session, CompletableFuture<String> seen) {
    ByteString chunk = ByteString.fromArrayUnsafe(new byte[1024]);
    onBidirectional(
        session,
        stream ->
            Source.repeat(chunk)
                .runWith(stream.writable().sink(), session.materializer())
                .handle((done, error) -> (WebTransportError) error)
                .thenCompose(error -> sendOneWay(session, "stopped"))
                .handle((done, error) -> error == null ? "stopped" : "ended with the session")
                .whenComplete(tell(seen)));
  }

  static void tellClose(WebTransport session, CompletableFuture<String> seen) {
    session
        .closed()
        .thenApply(info -> info.closeCode() + " " + info.reason())
        .whenComplete(tell(seen));
  }

  static void close(WebTransport session, CompletableFuture<String> seen) {
    onUnidirectional(
        session,
        stream ->
            readText(session, stream)
                .whenComplete(tell(seen))
                .thenRun(() -> session.close(new WebTransportCloseInfo(4000, "hyvästi"))));
  }

  /** The endpoint that the demo page starts with. */
  static void echoAndTellClose(WebTransport session, CompletableFuture<String> seen) {
    tellClose(session, seen);
    new Echo().onSession(session);
  }

  static void handler(WebTransport session, CompletableFuture<String> seen) {
    echoOf(EchoPrograms.HANDLER, session, seen);
  }

  static void actor(WebTransport session, CompletableFuture<String> seen) {
    echoOf(EchoPrograms.ACTOR, session, seen);
  }

  /** A datagram comes again until it is answered. */
  private static void echoOf(
      EchoPrograms kind, WebTransport session, CompletableFuture<String> seen) {
    Set<String> heard = new ConcurrentSkipListSet<>();
    kind.program(
            text -> {
              heard.add(text);
              if (heard.size() == 3) {
                seen.complete(String.join(", ", heard));
              }
            })
        .onSession(session);
  }

  private static void onBidirectional(
      WebTransport session, Procedure<WebTransportBidirectionalStream> handler) {
    session.incomingBidirectionalStreams().runForeach(handler, session.materializer());
  }

  private static void onUnidirectional(
      WebTransport session, Procedure<WebTransportReceiveStream> handler) {
    session.incomingUnidirectionalStreams().runForeach(handler, session.materializer());
  }

  private static CompletionStage<String> readText(
      WebTransport session, WebTransportReceiveStream stream) {
    return stream
        .source()
        .runWith(
            Sink.fold(ByteString.emptyByteString(), ByteString::concat), session.materializer())
        .thenApply(ByteString::utf8String);
  }

  private static CompletionStage<Done> sendOneWay(WebTransport session, String text) {
    return session
        .createUnidirectionalStream(
            WebTransportSendStreamOptions.create().withWaitUntilAvailable(true))
        .thenCompose(stream -> write(session, stream, text));
  }

  private static CompletionStage<Done> write(
      WebTransport session, WebTransportSendStream stream, String text) {
    Materializer materializer = session.materializer();
    return Source.single(ByteString.fromString(text)).runWith(stream.sink(), materializer);
  }

  /** Where the handler's last step succeeds or fails, the case hears of it. */
  private static BiConsumer<String, Throwable> tell(CompletableFuture<String> seen) {
    return (line, failure) -> {
      if (failure == null) {
        seen.complete(line);
      } else {
        seen.completeExceptionally(failure);
      }
    };
  }

  private static WebTransportError streamError(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof WebTransportError error
        && error.source() == WebTransportErrorSource.STREAM) {
      return error;
    }
    throw new AssertionError("not the end of one stream: " + failure, failure);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
