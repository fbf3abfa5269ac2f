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
import java.util.OptionalLong;
import java.util.stream.Stream;
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

  /** The peer's side of one bidirectional stream of ours. */
  private record Wire(RawEnds ends, WebTransportBidirectionalStream stream, RawStream far)
      implements SignalRows.Wire {
    @Override
    public Loopback loopback() {
      return ends.loopback();
    }

    @Override
    public WebTransport session() {
      return ends.session();
    }

    @Override
    public void sees(String text) {
      assertEquals(RawHttp.hex(text), far.bytes(text.length()));
    }

    @Override
    public void seesFin() {
      assertEquals("FIN", far.end());
    }

    @Override
    public void seesReset(long code) {
      assertEquals("RESET " + RawEnds.wire(code), far.end());
    }

    @Override
    public void sends(String text) {
      far.write(RawHttp.hex(text));
    }

    @Override
    public void sendsFin() {
      far.finish("");
    }

    @Override
    public void sendsReset(long code) {
      far.shutdown(false, true, Long.decode(RawEnds.wire(code)));
    }

    @Override
    public void closes(int code, String reason) {
      ends.connect().finish(RawHttp.capsule(0x2843, "%08x".formatted(code) + RawHttp.hex(reason)));
    }

    @Override
    public void drains() {
      ends.connect().write(RawHttp.capsule(0x78ae, ""));
    }

    @Override
    public void goesAway() {
      ends.control().write(RawHttp.frame(0x07, "04"));
    }

    @Override
    public void breaks() {
      ends.raw().disconnect(0x102, "gone");
    }
  }

  /** What this transport cannot tell. */
  private static Stream<Arguments> own() {
    return Stream.of(
        SignalRows.<Wire>row(
            "STOP_SENDING -> errors writable; its code is not known on this transport",
            wire -> {
              WebTransportWriter writer = wire.writable().getWriter();
              wire.far.shutdown(true, false, 0x52e4a40fa8dbL + 5);
              WebTransportError error =
                  assertInstanceOf(WebTransportError.class, failure(writer.closed()));
              assertEquals(WebTransportErrorSource.STREAM, error.source());
              assertEquals(OptionalLong.empty(), error.streamErrorCode());
              assertTrue(error.getMessage().contains("without"), error.getMessage());
              assertInstanceOf(WebTransportError.class, failure(writer.write(SignalRows.CHUNK)));
            }));
  }

  static Stream<Arguments> everyRow() {
    return SignalRows.ofBothRoles(own());
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("everyRow")
  void eachRowOfTheTables(SessionEnds.Role role, String name, SignalRows.Row<Wire> row)
      throws Exception {
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
            await(writer.write(SignalRows.CHUNK));
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
