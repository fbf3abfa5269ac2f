package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawFrame;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a peer over HTTP/2 may send without any credit of ours is bounded in both roles. */
@DisplayName("RFC 9113 10.5: frames and capsules that cost a peer nothing")
class Http2FreeFramesIT {
  private static final int ENHANCE_YOUR_CALM = 0xb;
  private static final int SETTINGS = 0x4;
  private static final int PING = 0x6;
  private static final int PRIORITY = 0x2;
  private static final int UNKNOWN = 0xfe;
  private static final int ACK = 0x1;
  private static final int RESETS = 20;

  private final EngineNet net =
      new EngineNet(
          "ahti.netty.http2.resets = " + RESETS,
          "ahti.netty.unknown-frame-budget = 64 KiB",
          "ahti.netty.unknown-frame-budget-window = 1 h",
          "ahti.session.control-capsule-budget = 16 KiB",
          "ahti.session.capsule-budget-window = 1 h");
  private Http2Wire wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire, net);
  }

  /** Frames by what they are, on the connection or on the stream of the session. */
  static Stream<Arguments> frames() {
    return Stream.of(Role.values())
        .flatMap(
            role ->
                Stream.of(
                    Arguments.of(role, "unknown", UNKNOWN, 0, false, "00".repeat(1000)),
                    Arguments.of(role, "unknown on a stream", UNKNOWN, 0, true, "00".repeat(1000)),
                    Arguments.of(role, "SETTINGS", SETTINGS, 0, false, "00f100000001"),
                    Arguments.of(role, "SETTINGS without any", SETTINGS, 0, false, ""),
                    Arguments.of(role, "acknowledgement of PING", PING, ACK, false, "00".repeat(8)),
                    Arguments.of(role, "PRIORITY", PRIORITY, 0, true, "0000000010")));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("frames")
  void oneMoreThanTheBudgetEndsTheConnection(
      Role role, String what, int type, int flags, boolean onStream, String payload) {
    wire = Http2Wire.begin(net, role);
    RawFrame frame = new RawFrame(type, flags, onStream ? wire.wire.id() : 0, payload);
    wire.echoes(wire.theirs(StreamKind.BIDIRECTIONAL, 0));
    for (int i = 0; i < 50; i++) {
      wire.raw.write(frame);
    }
    wire.raw.roundTrip();
    // Of so few nothing is to be seen.
    wire.echoes(wire.theirs(StreamKind.BIDIRECTIONAL, 1));
    assertEquals(0, net.gauge(Gauges.HTTP2_FLOODS));
    for (int i = 0; i < 1100; i++) {
      wire.raw.write(frame);
    }
    assertEquals(ENHANCE_YOUR_CALM, wire.raw.goAway().code());
    net.awaitGauge(Gauges.HTTP2_FLOODS, 1);
    assertTrue(net.gauge(Gauges.FRAMES_SKIPPED_BYTES) > 64 * 1024);
  }

  /** CVE-2019-9518. */
  @ParameterizedTest
  @EnumSource
  void emptyDataFramesInARowEndTheConnection(Role role) {
    wire = Http2Wire.begin(net, role);
    RawFrame empty = new RawFrame(RawFrame.DATA, 0, wire.wire.id(), "");
    wire.raw.write(empty);
    wire.raw.write(empty);
    wire.echoes(wire.theirs(StreamKind.BIDIRECTIONAL, 0));
    for (int i = 0; i < 3; i++) {
      wire.raw.write(empty);
    }
    assertEquals(ENHANCE_YOUR_CALM, wire.raw.goAway().code());
    net.awaitGauge(Gauges.HTTP2_FLOODS, 1);
  }

  /** CVE-2024-27316. */
  @ParameterizedTest
  @EnumSource
  void continuationsOfNothingEndTheConnection(Role role) {
    wire = Http2Wire.begin(net, role);
    // A request of its own, or trailers.
    int stream = wire.wire.id() + (role == Role.SERVER ? 2 : 0);
    wire.raw.write(new RawFrame(RawFrame.HEADERS, 0, stream, "82"));
    for (int i = 0; i < 20; i++) {
      wire.raw.write(new RawFrame(RawFrame.CONTINUATION, 0, stream, ""));
    }
    assertEquals(ENHANCE_YOUR_CALM, wire.raw.goAway().code());
    net.awaitGauge(Gauges.HTTP2_FLOODS, 1);
  }

  /** Making the other side reset costs as little as resetting. */
  @Test
  void requestsThatHaveToBeResetEndTheConnection() {
    wire = Http2Wire.begin(net, Role.SERVER);
    int stream = wire.wire.id();
    for (int i = 1; i <= RESETS; i++) {
      wire.raw.write(malformed(stream + 2 * i));
    }
    wire.raw.roundTrip();
    wire.echoes(wire.theirs(StreamKind.BIDIRECTIONAL, 0));
    wire.raw.write(malformed(stream + 2 * (RESETS + 1)));
    assertEquals(ENHANCE_YOUR_CALM, wire.raw.goAway().code());
    net.awaitGauge(Gauges.HTTP2_FLOODS, 1);
  }

  /** A method, and no path. */
  private static RawFrame malformed(int stream) {
    return new RawFrame(RawFrame.HEADERS, RawFrame.END_HEADERS | RawFrame.END_STREAM, stream, "82");
  }

  @ParameterizedTest
  @EnumSource
  void capsulesOfControlWithoutEndEndTheirSession(Role role) {
    wire = Http2Wire.begin(net, role);
    String raise = Http2Wire.capsule(Http2Wire.MAX_DATA, Http2Wire.n(1L << 40));
    wire.wire.write(raise.repeat(100));
    wire.echoes(wire.theirs(StreamKind.BIDIRECTIONAL, 0));
    assertTrue(net.gauge(Gauges.CAPSULES_CONTROL_BYTES) > 100);
    wire.wire.write(raise.repeat(2000));
    assertEquals("RESET 0xb", wire.wire.end());
    wire.raw.roundTrip();
  }

  /** A window counts bytes, so what is held has to cost about as much. */
  @ParameterizedTest
  @EnumSource
  void bytesInCapsulesOfTheirOwnAreJoinedWhileNobodyReadsThem(Role role) {
    wire = Http2Wire.begin(net, role);
    long id = wire.theirs(StreamKind.BIDIRECTIONAL, 0);
    int bytes = 20_000;
    StringBuilder capsules = new StringBuilder();
    for (int i = 0; i < bytes; i++) {
      String letter = String.valueOf((char) ('a' + i % 26));
      capsules.append(Http2Wire.capsule(Http2Wire.DATA, Http2Wire.n(id), Http2Wire.s(letter)));
      if (i % 1000 == 999) {
        wire.wire.write(capsules.toString());
        capsules.setLength(0);
      }
    }
    PortProbe stream = wire.incoming(StreamKind.BIDIRECTIONAL);
    net.awaitGauge(Gauges.INBOUND_QUEUED_BYTES, bytes);
    // All is asked for at once, and taken slowly.
    stream.port().request(bytes);
    int pieces = 0;
    ByteString all = ByteString.emptyByteString();
    while (all.length() < bytes) {
      all = all.concat(((Inbound.Data) stream.next()).bytes());
      pieces++;
    }
    for (int i = 0; i < bytes; i++) {
      assertEquals('a' + i % 26, all.apply(i));
    }
    assertTrue(pieces < 20, "pieces: " + pieces);
  }
}
