package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawQlog;
import dev.ahti.wtspec.RawStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The tables of the W3C text's section 13 for HTTP/3, row by row, with a peer that writes raw
 * bytes: what a call puts on the wire, and what something on the wire does here.
 */
@OnlyOver(
    value = WebTransportHttpVersion.HTTP_3,
    because = "it is the table of HTTP/3; SignalsOverHttp2IT is that of HTTP/2")
class SignalsIT {
  private static final Duration STOP_NOTICED = Duration.ofMillis(250);
  private static final ByteString CHUNK = ByteString.fromString("chunk");

  /** The peer's side of one bidirectional stream of ours. */
  private record Wire(RawEnds ends, WebTransportBidirectionalStream stream, RawStream far) {
    WebTransportSendStream writable() {
      return stream.writable();
    }

    WebTransportReceiveStream readable() {
      return stream.readable();
    }
  }

  private interface Row {
    void check(Wire wire) throws Exception;
  }

  private static Arguments row(String name, Row row) {
    return Arguments.of(name, row);
  }

  static Stream<Arguments> calls() {
    return Stream.of(
        row(
            "writable.abort(error) -> RESET_STREAM",
            wire -> {
              wire.writable().abort(77);
              assertEquals("RESET " + RawEnds.wire(77), wire.far.end());
            }),
        row(
            "writable.close() -> FIN",
            wire -> {
              await(wire.writable().close());
              assertEquals("FIN", wire.far.end());
            }),
        row(
            "writable.getWriter().write(chunk) -> STREAM",
            wire -> {
              await(wire.writable().getWriter().write(CHUNK));
              assertEquals(RawHttp.hex("chunk"), wire.far.bytes(5));
            }),
        row(
            "writable.getWriter().close() -> FIN",
            wire -> {
              WebTransportWriter writer = wire.writable().getWriter();
              writer.write(CHUNK);
              await(writer.close());
              assertEquals(RawHttp.hex("chunk"), wire.far.bytes(5));
              assertEquals("FIN", wire.far.end());
            }),
        row(
            "writable.getWriter().abort(error) -> RESET_STREAM",
            wire -> {
              await(wire.writable().getWriter().abort(78));
              assertEquals("RESET " + RawEnds.wire(78), wire.far.end());
            }));
  }

  static Stream<Arguments> signals() {
    return Stream.of(
        row(
            "STOP_SENDING -> errors writable; its code is not known on this transport",
            wire -> {
              WebTransportWriter writer = wire.writable().getWriter();
              wire.far.shutdown(true, false, 0x52e4a40fa8dbL + 5);
              WebTransportError error =
                  assertInstanceOf(WebTransportError.class, failure(writer.closed()));
              assertEquals(WebTransportErrorSource.STREAM, error.source());
              assertEquals(OptionalLong.empty(), error.streamErrorCode());
              assertTrue(error.getMessage().contains("without"), error.getMessage());
              assertInstanceOf(WebTransportError.class, failure(writer.write(CHUNK)));
            }),
        row(
            "STREAM -> read().value",
            wire -> {
              wire.far.write(RawHttp.hex("bytes"));
              assertEquals(
                  "bytes", await(wire.readable().getReader().read()).orElseThrow().utf8String());
            }),
        row(
            "STREAM with FIN -> read().done",
            wire -> {
              wire.far.finish("");
              assertEquals(Optional.empty(), await(wire.readable().getReader().read()));
            }),
        row(
            "RESET_STREAM -> errors readable with its code",
            wire -> {
              wire.far.shutdown(false, true, 0x52e4a40fa8dbL + 31 + 1);
              WebTransportError error =
                  assertInstanceOf(
                      WebTransportError.class, failure(wire.readable().getReader().read()));
              assertEquals(WebTransportErrorSource.STREAM, error.source());
              assertEquals(OptionalLong.of(31), error.streamErrorCode());
            }),
        row(
            "session cleanly terminated -> closed with its info, open streams fail",
            wire -> {
              CompletionStage<?> read = wire.readable().getReader().read();
              CompletionStage<Done> written = wire.writable().getWriter().closed();
              wire.ends.connect().finish(RawHttp.capsule(0x2843, "00000007" + RawHttp.hex("bye")));
              WebTransportCloseInfo info = await(wire.ends.session().closed());
              assertEquals(7, info.closeCode());
              assertEquals("bye", info.reason());
              ofTheSession(failure(read));
              ofTheSession(failure(written));
            }),
        row(
            "network error -> closed fails, open streams fail",
            wire -> {
              CompletionStage<?> read = wire.readable().getReader().read();
              CompletionStage<Done> written = wire.writable().getWriter().closed();
              wire.ends.raw().disconnect(0x102, "gone");
              ofTheSession(failure(wire.ends.session().closed()));
              ofTheSession(failure(read));
              ofTheSession(failure(written));
            }));
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
    RawEnds.with(
        role,
        RawOptions.DEFAULTS,
        "",
        ends -> {
          WebTransportBidirectionalStream stream =
              await(ends.session().createBidirectionalStream());
          row.check(new Wire(ends, stream, ends.bidirectional()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void cancellingSendsStopSendingWithTheCode(SessionEnds.Role role, @TempDir Path directory)
      throws Exception {
    long[] ids = new long[2];
    RawEnds.with(
        role,
        RawOptions.DEFAULTS.withQlog(directory),
        "",
        ends -> {
          for (int i = 0; i < 2; i++) {
            WebTransportReceiveStream readable =
                await(ends.session().createBidirectionalStream()).readable();
            RawStream far = ends.bidirectional();
            ids[i] = far.id();
            if (i == 0) {
              readable.cancel(79);
            } else {
              await(readable.getReader().cancel(80));
            }
            far.awaitStopped();
          }
        });
    Map<Long, String> stops = RawQlog.stops(directory);
    assertEquals(RawEnds.wire(79), stops.get(ids[0]));
    assertEquals(RawEnds.wire(80), stops.get(ids[1]));
  }

  @ParameterizedTest
  @EnumSource
  void aStopIsNoticedByAnIdleWriterInTime(SessionEnds.Role role) throws Exception {
    RawEnds.with(
        role,
        RawOptions.DEFAULTS,
        "",
        ends -> {
          long[] times = new long[5];
          for (int i = 0; i < times.length; i++) {
            WebTransportWriter writer =
                await(ends.session().createUnidirectionalStream()).getWriter();
            await(writer.write(CHUNK));
            RawStream far = ends.unidirectional();
            far.bytes(5);
            long before = System.nanoTime();
            far.shutdown(true, false, 0x52e4a40fa8dbL);
            failure(writer.closed());
            times[i] = System.nanoTime() - before;
          }
          // The middle one, as others may have the processor for longer than that now and then.
          Arrays.sort(times);
          assertTrue(times[2] < STOP_NOTICED.toNanos(), () -> Arrays.toString(times));
        });
  }
}
