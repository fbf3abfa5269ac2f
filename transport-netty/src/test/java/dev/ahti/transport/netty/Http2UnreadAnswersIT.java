package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawFrame;
import dev.ahti.wtspec.RawHttp2;
import dev.ahti.wtspec.RawTcpOptions;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A peer whose TCP is full, as it reads nothing, and that goes on asking: what it asks for waits
 * here, and is bounded by its number long before the budget of such frames is used up.
 */
@DisplayName("CVE-2019-9512 and CVE-2019-9515: answers that nobody reads")
class Http2UnreadAnswersIT {
  private static final int MOST = 200;
  private static final int LARGE = 1 << 30;

  private final EngineNet net =
      new EngineNet("ahti.netty.http2.max-queued-control-frames = " + MOST);
  private Http2Wire wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire, net);
  }

  static Stream<Arguments> questions() {
    return Stream.of(Role.values())
        .flatMap(
            role ->
                Stream.of(
                    Arguments.of(role, "PING", new RawFrame(RawFrame.PING, 0, 0, "00".repeat(8))),
                    Arguments.of(
                        role,
                        "SETTINGS",
                        new RawFrame(
                            RawFrame.SETTINGS, 0, 0, RawHttp2.settings(Map.of(0xf1, 1L))))));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("questions")
  void oneMoreThanAllowedEndsTheConnection(Role role, String what, RawFrame question) {
    RawTcpOptions options =
        Http2Wire.GENEROUS
            .withSetting(4, Integer.MAX_VALUE)
            .withSetting(0x2b61, LARGE)
            .withSetting(0x2b62, LARGE)
            .withSetting(0x2b63, LARGE);
    wire = Http2Wire.begin(net, role, options);
    wire.raw.grant(0, LARGE);
    // Read answers count no more, however many there were.
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < MOST / 2; j++) {
        wire.raw.write(question);
      }
      wire.raw.roundTrip();
    }
    fillTcp();
    for (int i = 0; i < MOST; i++) {
      wire.raw.write(question);
    }
    assertTrue(
        !PortProbe.holdsWithin(Duration.ofMillis(500), () -> net.gauge(Gauges.HTTP2_FLOODS) > 0),
        "as many as allowed");
    for (int i = 0; i < 10; i++) {
      wire.raw.write(question);
    }
    net.awaitGauge(Gauges.HTTP2_FLOODS, 1);
    // And not for the frames, which are allowed some thousands.
    assertEquals(0, net.gauge(Gauges.FRAMES_SKIPPED_BYTES) >> 20);
    net.awaitNoConnection();
  }

  /** Sends until nothing moves any more. */
  private void fillTcp() {
    wire.raw.stopReading();
    PortProbe stream = wire.open(StreamKind.UNIDIRECTIONAL);
    ByteString chunk = ByteString.fromArray(new byte[1 << 20]);
    for (int i = 0; i < 32; i++) {
      stream.port().offer(chunk);
    }
    long before = -1;
    while (stream.port().stats().bytesSent() != before) {
      before = stream.port().stats().bytesSent();
      long sent = before;
      PortProbe.holdsWithin(
          Duration.ofMillis(500), () -> stream.port().stats().bytesSent() != sent);
    }
    assertTrue(stream.port().queued() > 0, "the peer's socket took everything");
  }
}
