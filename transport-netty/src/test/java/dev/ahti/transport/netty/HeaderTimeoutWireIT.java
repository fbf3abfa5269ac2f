package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.transport.netty.WireSession.Role;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Peers that begin a header and take their time to end it; a session of theirs does not notice. */
class HeaderTimeoutWireIT {
  private WireSession wire;

  private SessionHandle start(Role role) {
    return start(role, "300 ms");
  }

  private SessionHandle start(Role role, String limit) {
    wire = WireSession.start(role, Draft.D02, "ahti.netty.header-timeout = " + limit);
    return wire.open();
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(wire);
  }

  private static String request() {
    RawFields fields = RawClient.era(Draft.D02).connect("/echo");
    return RawHttp.headers(fields.with("x", "y".repeat(12_000)));
  }

  /** Writes byte after byte, with an echo between them, until the stream has met the limit. */
  private void trickle(RawStream stream, String bytes, SessionHandle session) {
    for (int i = 0; i < bytes.length(); i += 2) {
      stream.write(bytes.substring(i, i + 2));
      wire.echoes(session);
      if (wire.net.gauge(Gauges.HEADERS_OVERDUE) > 0) {
        return;
      }
    }
    throw new AssertionError("all " + bytes.length() / 2 + " bytes were waited for");
  }

  @Test
  void aRequestWhoseHeaderTricklesEndsAndASessionOfItsConnectionGoesOn() {
    SessionHandle session = start(Role.SERVER);
    RawStream request = wire.raw.bidirectional("");
    trickle(request, request(), session);
    assertEquals("RESET 0x10d", request.end());
    request.awaitStopped();
    wire.echoes(session);
    wire.net.awaitGauge(Gauges.HEADERS_OVERDUE, 1);
    wire.net.awaitGauge(Gauges.HEADERS_WAITING, 0);
    wire.lives();
  }

  @Test
  void aRequestThatStopsWithinItsHeaderEnds() {
    SessionHandle session = start(Role.SERVER);
    RawStream request = wire.raw.bidirectional(request().substring(0, 200));
    assertEquals("RESET 0x10d", request.end());
    request.awaitStopped();
    wire.echoes(session);
  }

  @ParameterizedTest
  @EnumSource
  void aStreamThatDoesNotSayWhatItIsEnds(Role role) {
    SessionHandle session = start(role);
    RawStream both = wire.raw.bidirectional("40");
    RawStream oneWay = wire.raw.unidirectional("4054");
    oneWay.awaitStopped();
    assertEquals("RESET 0x10d", both.end());
    both.awaitStopped();
    wire.net.awaitGauge(Gauges.HEADERS_OVERDUE, 2);
    wire.echoes(session);
  }

  @Test
  void aHeaderThatIsWholeIsWaitedForNoMore() {
    start(Role.SERVER, "60 s");
    String request = RawHttp.headers(RawClient.era(Draft.D02).connect("/echo"));
    RawStream stream = wire.raw.bidirectional(request.substring(0, 20));
    wire.net.awaitGauge(Gauges.HEADERS_WAITING, 1);
    stream.write(request.substring(20));
    assertEquals("200", stream.headers().get(":status").orElseThrow());
    wire.echoes(wire.net.session());
    wire.net.awaitGauge(Gauges.HEADERS_WAITING, 0);
  }

  @Test
  void aConnectionThatEndsWithinHeadersLeavesNothing() {
    start(Role.SERVER, "60 s");
    wire.raw.bidirectional(request().substring(0, 200));
    wire.raw.unidirectional("40");
    wire.net.awaitGauge(Gauges.HEADERS_WAITING, 2);
  }
}
