package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.capsule;
import static dev.ahti.transport.netty.Http2Wire.n;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawTcpOptions;
import java.time.Duration;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Over HTTP/2, peers that take nothing of what is sent to them, at each level that can hold it. */
class Http2StallsWireIT {
  private static final Duration LIMIT = Duration.ofMillis(400);
  private static final int INITIAL_WINDOW_SIZE = 0x4;
  private static final int LARGEST_WINDOW = Integer.MAX_VALUE;

  private final EngineNet net = new EngineNet("ahti.netty.write-stall-timeout = 400 ms");
  private Http2Wire wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire, net);
  }

  private PortProbe open(Role role, RawTcpOptions options, int offered) {
    wire = Http2Wire.begin(net, role, options);
    PortProbe stream = wire.open(StreamKind.UNIDIRECTIONAL);
    stream.port().offer(ByteString.fromArray(new byte[offered]));
    return stream;
  }

  @ParameterizedTest
  @CsvSource({"CLIENT, 0x2b62", "SERVER, 0x2b62", "CLIENT, 0x2b61", "SERVER, 0x2b61"})
  void aStreamThatGetsNoCreditEndsAndItsSessionGoesOn(Role role, String window) {
    PortProbe stalled =
        open(role, Http2Wire.GENEROUS.withSetting(Integer.decode(window), 100), 150);
    assertEquals(new WriteEnd.Stalled(LIMIT), stalled.writeEnd());
    net.awaitGauge(Gauges.WRITE_STALLS, 1);
    long id = stalled.port().id();
    assertEquals(n(id) + n(0) + n(100), wire.wire.capsule(Http2Wire.RESET));
    net.awaitGauge(Gauges.OUTBOUND_QUEUED_BYTES, 0);
    wire.wire.write(capsule(Http2Wire.MAX_DATA, n(2 << 20)));
    wire.echoes(wire.theirs(StreamKind.BIDIRECTIONAL, 0));
    assertEquals(1, net.gauge(Gauges.WRITE_STALLS));
  }

  /** What was committed cannot go either: the code is that of the reset which waited for it. */
  @ParameterizedTest
  @EnumSource
  void aResetThatWaitsForCreditGoesInTheEnd(Role role) {
    PortProbe stalled = open(role, Http2Wire.GENEROUS.withSetting(0x2b62, 100), 150);
    stalled.port().commit();
    stalled.port().reset(7);
    assertEquals(new WriteEnd.Stalled(LIMIT), stalled.writeEnd());
    assertEquals(n(stalled.port().id()) + n(7) + n(100), wire.wire.capsule(Http2Wire.RESET));
  }

  @ParameterizedTest
  @EnumSource
  void aSessionOfWhichHttp2TakesNothingFailsAndItsConnectionGoesOn(Role role) {
    open(
        role,
        Http2Wire.GENEROUS.withSetting(INITIAL_WINDOW_SIZE, 40).withoutReturningWindows(),
        1000);
    SessionFailure failed =
        assertThrows(SessionFailure.class, () -> TestNet.get(wire.session.closed()));
    assertTrue(failed.getMessage().contains("took nothing"), failed.getMessage());
    assertEquals("RESET 0x8", wire.wire.end());
    wire.raw.roundTrip();
    net.awaitGauge(Gauges.WRITE_STALLS, 1);
    net.awaitGauge(Gauges.OUTBOUND_QUEUED_BYTES, 0);
  }

  /** Nothing comes from it, and nothing goes to it: not even a word that it is over. */
  @ParameterizedTest
  @EnumSource
  void aConnectionOfWhichTcpTakesNothingEnds(Role role) {
    wire =
        Http2Wire.begin(
            net,
            role,
            Http2Wire.GENEROUS
                .withSetting(INITIAL_WINDOW_SIZE, LARGEST_WINDOW)
                .withSetting(0x2b61, LARGEST_WINDOW)
                .withSetting(0x2b62, LARGEST_WINDOW));
    wire.raw.grant(0, LARGEST_WINDOW - 65_535);
    wire.raw.roundTrip();
    wire.raw.stopReading();
    PortProbe stream = wire.open(StreamKind.UNIDIRECTIONAL);
    stream.port().offer(ByteString.fromArrayUnsafe(new byte[32 << 20]));
    assertThrows(SessionFailure.class, () -> TestNet.get(wire.session.closed()));
    net.awaitGauge(Gauges.TCP_CONNECTIONS, 0);
    net.awaitGauge(Gauges.WRITE_STALLS, 1);
    net.awaitGauge(Gauges.OUTBOUND_QUEUED_BYTES, 0);
  }
}
