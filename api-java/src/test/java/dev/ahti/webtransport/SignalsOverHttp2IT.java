package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.wtspec.RawCapsule;
import dev.ahti.wtspec.RawFrame;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawHttp2;
import java.util.stream.Stream;
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
  /** The peer's side of the first bidirectional stream of ours, which said "x". */
  private record Wire(RawHttp2Ends ends, WebTransportBidirectionalStream stream)
      implements SignalRows.Wire {
    @Override
    public Loopback loopback() {
      return ends.loopback();
    }

    @Override
    public WebTransport session() {
      return ends.session();
    }

    String id() {
      return ends.first(true);
    }

    void sees(long type, String payload) {
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

    @Override
    public void sees(String text) {
      sees(RawHttp2Ends.STREAM, id() + RawHttp.hex(text));
    }

    @Override
    public void seesFin() {
      sees(RawHttp2Ends.STREAM_FIN, id());
    }

    @Override
    public void seesReset(long code) {
      // One byte counts: "x".
      sees(RawHttp2Ends.RESET, id() + n(code) + n(1));
    }

    @Override
    public void sends(String text) {
      ends.send(RawHttp2Ends.STREAM, id(), RawHttp.hex(text));
    }

    @Override
    public void sendsFin() {
      ends.send(RawHttp2Ends.STREAM_FIN, id());
    }

    @Override
    public void sendsReset(long code) {
      ends.send(RawHttp2Ends.RESET, id(), n(code), n(0));
    }

    @Override
    public void closes(int code, String reason) {
      ends.send(RawHttp2Ends.CLOSE, "%08x".formatted(code), RawHttp.hex(reason));
    }

    @Override
    public void drains() {
      ends.send(RawHttp2Ends.DRAIN);
    }

    @Override
    public void goesAway() {
      int last = ends.server() ? 0 : ends.connect().id();
      ends.raw()
          .write(new RawFrame(RawFrame.GOAWAY, 0, 0, RawHttp2.number(last) + RawHttp2.number(0)));
    }

    @Override
    public void breaks() {
      ends.raw().close();
    }
  }

  private static String n(long value) {
    return RawHttp.number(value);
  }

  private static Arguments row(String name, SignalRows.Row<Wire> row) {
    return SignalRows.row(name, row);
  }

  /** What capsules tell and frames of HTTP/3 do not, or not a raw peer. */
  private static Stream<Arguments> own() {
    return Stream.of(
        row(
            "readable.cancel(error) -> WT_STOP_SENDING with error",
            wire -> {
              await(wire.readable().cancel(0xffff_ffffL));
              wire.sees(RawHttp2Ends.STOP, wire.id() + n(0xffff_ffffL));
            }),
        row(
            "readable.getReader().cancel(error) -> WT_STOP_SENDING with error",
            wire -> {
              await(wire.readable().getReader().cancel(80));
              wire.sees(RawHttp2Ends.STOP, wire.id() + n(80));
            }),
        row(
            "wt.close(closeInfo) -> terminates the session with it",
            wire -> {
              wire.session().close(new WebTransportCloseInfo(7, "bye"));
              wire.sees(RawHttp2Ends.CLOSE, "00000007" + RawHttp.hex("bye"));
            }),
        row(
            "WT_STOP_SENDING with error -> errors writable with its code",
            wire -> {
              WebTransportWriter writer = wire.writable().getWriter();
              wire.ends.send(RawHttp2Ends.STOP, wire.id(), n(5));
              SignalRows.ofTheStream(5, failure(writer.closed()));
              SignalRows.ofTheStream(5, failure(writer.write(SignalRows.CHUNK)));
            }),
        row(
            "WT_RESET_STREAM with an error of 32 bits -> errors readable with its code",
            wire -> {
              wire.sendsReset(0xffff_fffeL);
              SignalRows.ofTheStream(0xffff_fffeL, failure(wire.readable().getReader().read()));
            }));
  }

  static Stream<Arguments> everyRow() {
    return SignalRows.ofBothRoles(own());
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("everyRow")
  void eachRowOfTheTables(SessionEnds.Role role, String name, SignalRows.Row<Wire> row)
      throws Exception {
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
          wire.sees("x");
          row.check(wire);
        });
  }
}
