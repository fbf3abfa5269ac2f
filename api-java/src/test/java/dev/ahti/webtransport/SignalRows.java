package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.provider.Arguments;

/** The rows of the W3C text's section 13 that are the same for both versions of HTTP. */
final class SignalRows {
  static final ByteString CHUNK = ByteString.fromString("chunk");

  private SignalRows() {}

  /** The peer's side of a session of ours and of one bidirectional stream of it, in raw bytes. */
  interface Wire {
    Loopback loopback();

    WebTransport session();

    WebTransportBidirectionalStream stream();

    default WebTransportSendStream writable() {
      return stream().writable();
    }

    default WebTransportReceiveStream readable() {
      return stream().readable();
    }

    /** What comes next of the stream are these bytes. */
    void sees(String text);

    void seesFin();

    void seesReset(long code);

    void sends(String text);

    void sendsFin();

    void sendsReset(long code);

    void closes(int code, String reason);

    void drains();

    void goesAway();

    /** The connection ends without a word. */
    void breaks();
  }

  interface Row<W extends Wire> {
    void check(W wire) throws Exception;
  }

  static <W extends Wire> Arguments row(String name, Row<W> row) {
    return Arguments.of(name, row);
  }

  /** What calls do. */
  static Stream<Arguments> calls() {
    return Stream.of(
        row(
            "writable.abort(error) -> reset with error",
            wire -> {
              await(wire.writable().abort(77));
              wire.seesReset(77);
            }),
        row(
            "writable.close() -> FIN",
            wire -> {
              await(wire.writable().close());
              wire.seesFin();
            }),
        row(
            "writable.getWriter().write(chunk) -> its bytes",
            wire -> {
              await(wire.writable().getWriter().write(CHUNK));
              wire.sees("chunk");
            }),
        row(
            "writable.getWriter().close() -> FIN",
            wire -> {
              WebTransportWriter writer = wire.writable().getWriter();
              await(writer.write(CHUNK));
              wire.sees("chunk");
              await(writer.close());
              wire.seesFin();
            }),
        row(
            "writable.getWriter().abort(error) -> reset with error",
            wire -> {
              await(wire.writable().getWriter().abort(78));
              wire.seesReset(78);
            }));
  }

  /** What signals do. */
  static Stream<Arguments> signals() {
    return Stream.of(
        row(
            "bytes -> read().value",
            wire -> {
              wire.sends("bytes");
              assertEquals(
                  "bytes", await(wire.readable().getReader().read()).orElseThrow().utf8String());
            }),
        row(
            "FIN -> read().done",
            wire -> {
              wire.sendsFin();
              assertEquals(Optional.empty(), await(wire.readable().getReader().read()));
            }),
        row(
            "reset with error -> errors readable with its code",
            wire -> {
              wire.sendsReset(31);
              ofTheStream(31, failure(wire.readable().getReader().read()));
            }),
        row(
            "session cleanly terminated -> closed with its info, open streams fail",
            wire -> {
              CompletionStage<?> read = wire.readable().getReader().read();
              CompletionStage<Done> written = wire.writable().getWriter().closed();
              wire.closes(7, "bye");
              assertEquals(new WebTransportCloseInfo(7, "bye"), await(wire.session().closed()));
              ofTheSession(failure(read));
              ofTheSession(failure(written));
            }),
        row(
            "network error -> closed fails, open streams and incoming ones fail",
            wire -> {
              CompletionStage<?> read = wire.readable().getReader().read();
              CompletionStage<Done> written = wire.writable().getWriter().closed();
              CompletionStage<?> incoming =
                  wire.session()
                      .incomingUnidirectionalStreams()
                      .runWith(Sink.ignore(), wire.loopback().system);
              wire.breaks();
              for (CompletionStage<?> failed :
                  List.of(wire.session().closed(), read, written, incoming)) {
                ofTheSession(failure(failed));
              }
              assertEquals(WebTransportState.FAILED, wire.session().state());
            }),
        row(
            "GOAWAY -> draining, and the session goes on",
            wire -> {
              assertFalse(wire.session().draining().toCompletableFuture().isDone());
              wire.goesAway();
              goesOnDraining(wire);
            }),
        row(
            "WT_DRAIN_SESSION -> draining, and the session goes on",
            wire -> {
              wire.drains();
              goesOnDraining(wire);
            }));
  }

  private static void goesOnDraining(Wire wire) throws Exception {
    await(wire.session().draining());
    assertEquals(WebTransportState.DRAINING, wire.session().state());
    await(wire.writable().getWriter().write(CHUNK));
    wire.sees("chunk");
    await(wire.session().createUnidirectionalStream());
  }

  static void ofTheStream(long code, Throwable failure) {
    WebTransportError error = assertInstanceOf(WebTransportError.class, failure);
    assertEquals(WebTransportErrorSource.STREAM, error.source());
    assertEquals(OptionalLong.of(code), error.streamErrorCode());
  }

  static void ofTheSession(Throwable failure) {
    assertEquals(
        WebTransportErrorSource.SESSION,
        assertInstanceOf(WebTransportError.class, failure).source());
  }

  /** Each row for either end. */
  static Stream<Arguments> ofBothRoles(Stream<Arguments> own) {
    return Stream.of(calls(), signals(), own)
        .flatMap(rows -> rows)
        .flatMap(
            row ->
                Stream.of(SessionEnds.Role.values())
                    .map(role -> Arguments.of(role, row.get()[0], row.get()[1])));
  }
}
