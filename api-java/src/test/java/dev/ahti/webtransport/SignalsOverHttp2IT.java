package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ahti.wtspec.RawCapsule;
import dev.ahti.wtspec.RawFrame;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawHttp2;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The tables of the W3C text's section 13 for HTTP/2, row by row, with a peer that writes raw
 * capsules: what a call puts on the wire, and what something on the wire does here.
 */
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_2,
    because = "it is the table of HTTP/2; SignalsIT is that of HTTP/3")
class SignalsOverHttp2IT {
  private static final ByteString CHUNK = ByteString.fromString("chunk");

  /** The peer's side of the first bidirectional stream of ours, which said "x". */
  private record Wire(RawHttp2Ends ends, WebTransportBidirectionalStream stream) {
    WebTransportSendStream writable() {
      return stream.writable();
    }

    WebTransportReceiveStream readable() {
      return stream.readable();
    }

    String id() {
      return ends.first(true);
    }

    void sends(long type, String payload) {
      RawCapsule opens = new RawCapsule(RawHttp2Ends.STREAM, id());
      RawCapsule next = opens;
      while (next.equals(opens)) {
        next =
            ends.next(
                RawHttp2Ends.STREAM,
                RawHttp2Ends.STREAM_FIN,
                RawHttp2Ends.RESET,
                RawHttp2Ends.STOP,
                RawHttp2Ends.CLOSE);
      }
      assertEquals(new RawCapsule(type, payload), next);
    }
  }

  private interface Row {
    void check(Wire wire) throws Exception;
  }

  private static Arguments row(String name, Row row) {
    return Arguments.of(name, row);
  }

  private static String n(long value) {
    return RawHttp.number(value);
  }

  static Stream<Arguments> calls() {
    return Stream.of(
        row(
            "writable.abort(error) -> WT_RESET_STREAM with error",
            wire -> {
              wire.writable().abort(77);
              wire.sends(RawHttp2Ends.RESET, wire.id() + n(77) + n(1));
            }),
        row(
            "writable.close() -> WT_STREAM with FIN",
            wire -> {
              await(wire.writable().close());
              wire.sends(RawHttp2Ends.STREAM_FIN, wire.id());
            }),
        row(
            "writable.getWriter().write(chunk) -> WT_STREAM",
            wire -> {
              await(wire.writable().getWriter().write(CHUNK));
              wire.sends(RawHttp2Ends.STREAM, wire.id() + RawHttp.hex("chunk"));
            }),
        row(
            "writable.getWriter().close() -> WT_STREAM with FIN",
            wire -> {
              await(wire.writable().getWriter().close());
              wire.sends(RawHttp2Ends.STREAM_FIN, wire.id());
            }),
        row(
            "writable.getWriter().abort(error) -> WT_RESET_STREAM with error",
            wire -> {
              await(wire.writable().getWriter().abort(78));
              wire.sends(RawHttp2Ends.RESET, wire.id() + n(78) + n(1));
            }),
        row(
            "readable.cancel(error) -> WT_STOP_SENDING with error",
            wire -> {
              wire.readable().cancel(0xffff_ffffL);
              wire.sends(RawHttp2Ends.STOP, wire.id() + n(0xffff_ffffL));
            }),
        row(
            "readable.getReader().cancel(error) -> WT_STOP_SENDING with error",
            wire -> {
              await(wire.readable().getReader().cancel(80));
              wire.sends(RawHttp2Ends.STOP, wire.id() + n(80));
            }),
        row(
            "wt.close(closeInfo) -> terminates the session with it",
            wire -> {
              wire.ends.session().close(new WebTransportCloseInfo(7, "bye"));
              wire.sends(RawHttp2Ends.CLOSE, "00000007" + RawHttp.hex("bye"));
            }));
  }

  static Stream<Arguments> signals() {
    return Stream.of(
        row(
            "WT_STOP_SENDING with error -> errors writable with its code",
            wire -> {
              WebTransportWriter writer = wire.writable().getWriter();
              wire.ends.send(RawHttp2Ends.STOP, wire.id(), n(5));
              ofTheStream(5, failure(writer.closed()));
              ofTheStream(5, failure(writer.write(CHUNK)));
            }),
        row(
            "WT_STREAM -> read().value",
            wire -> {
              wire.ends.send(RawHttp2Ends.STREAM, wire.id(), RawHttp.hex("bytes"));
              assertEquals(
                  "bytes", await(wire.readable().getReader().read()).orElseThrow().utf8String());
            }),
        row(
            "WT_STREAM with FIN -> read().done",
            wire -> {
              wire.ends.send(RawHttp2Ends.STREAM_FIN, wire.id());
              assertEquals(Optional.empty(), await(wire.readable().getReader().read()));
            }),
        row(
            "WT_RESET_STREAM with error -> errors readable with its code",
            wire -> {
              wire.ends.send(RawHttp2Ends.RESET, wire.id(), n(0xffff_fffeL), n(0));
              ofTheStream(0xffff_fffeL, failure(wire.readable().getReader().read()));
            }),
        row(
            "session cleanly terminated -> closed with its info, open streams fail",
            wire -> {
              CompletionStage<?> read = wire.readable().getReader().read();
              CompletionStage<Done> written = wire.writable().getWriter().closed();
              wire.ends.send(RawHttp2Ends.CLOSE, "00000007", RawHttp.hex("bye"));
              assertEquals(
                  new WebTransportCloseInfo(7, "bye"), await(wire.ends.session().closed()));
              ofTheSession(failure(read));
              ofTheSession(failure(written));
            }),
        row(
            "network error -> closed fails, open streams fail",
            wire -> {
              CompletionStage<?> read = wire.readable().getReader().read();
              CompletionStage<Done> written = wire.writable().getWriter().closed();
              wire.ends.raw().close();
              ofTheSession(failure(wire.ends.session().closed()));
              ofTheSession(failure(read));
              ofTheSession(failure(written));
            }),
        row(
            "GOAWAY -> draining, and the session goes on",
            wire -> {
              assertFalse(wire.ends.session().draining().toCompletableFuture().isDone());
              int last = wire.ends.server() ? 0 : wire.ends.connect().id();
              wire.ends
                  .raw()
                  .write(
                      new RawFrame(
                          RawFrame.GOAWAY, 0, 0, RawHttp2.number(last) + RawHttp2.number(0)));
              goesOnDraining(wire);
            }),
        row(
            "WT_DRAIN_SESSION -> draining, and the session goes on",
            wire -> {
              wire.ends.send(RawHttp2Ends.DRAIN);
              goesOnDraining(wire);
            }));
  }

  private static void goesOnDraining(Wire wire) throws Exception {
    await(wire.ends.session().draining());
    assertEquals(WebTransportState.DRAINING, wire.ends.session().state());
    await(wire.writable().getWriter().write(CHUNK));
    wire.sends(RawHttp2Ends.STREAM, wire.id() + RawHttp.hex("chunk"));
  }

  private static void ofTheStream(long code, Throwable failure) {
    WebTransportError error = assertInstanceOf(WebTransportError.class, failure);
    assertEquals(WebTransportErrorSource.STREAM, error.source());
    assertEquals(OptionalLong.of(code), error.streamErrorCode());
  }

  private static void ofTheSession(Throwable failure) {
    assertEquals(
        WebTransportErrorSource.SESSION,
        assertInstanceOf(WebTransportError.class, failure).source());
  }

  static Stream<Arguments> everyRow() {
    return Stream.concat(calls(), signals())
        .flatMap(
            row ->
                Stream.of(SessionEnds.Role.values())
                    .map(role -> Arguments.of(role, row.get()[0], row.get()[1])));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("everyRow")
  void eachRowOfTheTables(SessionEnds.Role role, String name, Row row) throws Exception {
    RawHttp2Ends.with(
        role,
        RawHttp2Ends.GENEROUS,
        ends -> {
          WebTransportBidirectionalStream stream =
              await(ends.session().createBidirectionalStream());
          Wire wire = new Wire(ends, stream);
          // A stream exists for the peer from its first capsule on.
          WebTransportWriter writer = stream.writable().getWriter();
          await(writer.write(ByteString.fromString("x")));
          writer.releaseLock();
          wire.sends(RawHttp2Ends.STREAM, wire.id() + RawHttp.hex("x"));
          row.check(wire);
        });
  }
}
