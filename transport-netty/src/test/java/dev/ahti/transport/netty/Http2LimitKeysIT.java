package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawBody;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawFrame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits of HTTP/2 that an operator may want elsewhere hold where they were put. */
class Http2LimitKeysIT {
  private static final int ENHANCE_YOUR_CALM = 0xb;
  private static final int MOST = 40;

  private final EngineNet net =
      new EngineNet(
          "ahti.netty.http2.empty-data-frames = " + MOST,
          "ahti.netty.http2.small-continuations = " + MOST,
          "ahti.netty.http2.read-behind-answer = 1000");
  private Http2Wire wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire, net);
  }

  @ParameterizedTest
  @EnumSource
  void emptyDataFramesInARow(Role role) {
    wire = Http2Wire.begin(net, role);
    RawFrame empty = new RawFrame(RawFrame.DATA, 0, wire.wire.id(), "");
    for (int i = 0; i < MOST; i++) {
      wire.raw.write(empty);
    }
    wire.echoes(wire.theirs(StreamKind.BIDIRECTIONAL, 0));
    for (int i = 0; i <= MOST; i++) {
      wire.raw.write(empty);
    }
    assertEquals(ENHANCE_YOUR_CALM, wire.raw.goAway().code());
    net.awaitGauge(Gauges.HTTP2_FLOODS, 1);
  }

  @Test
  void continuationsOfNothing() {
    wire = Http2Wire.begin(net, Role.SERVER);
    // Requests without a path, which end alone.
    continued(wire.wire.id() + 2, MOST / 2);
    wire.raw.roundTrip();
    wire.echoes(wire.theirs(StreamKind.BIDIRECTIONAL, 0));
    continued(wire.wire.id() + 4, MOST + 1);
    assertEquals(ENHANCE_YOUR_CALM, wire.raw.goAway().code());
    net.awaitGauge(Gauges.HTTP2_FLOODS, 1);
  }

  private void continued(int stream, int frames) {
    wire.raw.write(new RawFrame(RawFrame.HEADERS, RawFrame.END_STREAM, stream, "82"));
    for (int i = 0; i < frames; i++) {
      wire.raw.write(new RawFrame(RawFrame.CONTINUATION, 0, stream, ""));
    }
    wire.raw.write(new RawFrame(RawFrame.CONTINUATION, RawFrame.END_HEADERS, stream, ""));
  }

  @Test
  void bytesOfARequestBehindItsAnswer() {
    wire = Http2Wire.begin(net, Role.SERVER);
    RawBody request =
        wire.raw.request(
            RawFields.of(
                ":method", "GET", ":scheme", "https", ":authority", "a", ":path", "/page"));
    assertEquals("200", request.headers().get(":status").orElseThrow());
    request.write("00".repeat(1000));
    wire.raw.roundTrip();
    assertFalse(isReset(request.id()), "as many as allowed");
    request.write("00");
    PortProbe.await(() -> isReset(request.id()));
  }

  private boolean isReset(int stream) {
    return wire.raw.seen().stream()
        .anyMatch(
            frame ->
                frame.type() == RawFrame.RST_STREAM
                    && frame.stream() == stream
                    && frame.payload().equals("00000000"));
  }
}
