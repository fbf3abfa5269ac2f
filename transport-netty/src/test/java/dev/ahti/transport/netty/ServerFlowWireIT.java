package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Flow control of sessions, with our server and a client that writes raw bytes. */
class ServerFlowWireIT extends FlowRules {

  @Override
  void open(Draft draft, String settings) {
    openAtServer(draft, settings);
  }

  @Test
  @Conformance("H3-S-13")
  void grantBeforeTheAnswerCountsAfterIt() {
    net = new EngineNet(SMALL);
    connectRaw(Draft.D16, limits(0, 0, 1));
    connect =
        raw.bidirectional(
            request(Draft.D16, "/echo")
                + RawHttp.capsule(MAX_DATA, RawHttp.number(20))
                + RawHttp.capsule(MAX_STREAMS_UNI, RawHttp.number(1)));
    assertEquals("200", RawClient.headers(connect).get(":status").orElseThrow());
    session = net.session();
    RawStream far = opened(StreamKind.UNIDIRECTIONAL, body(20), true);
    far.bytes(20);
    assertEquals("FIN", far.end());
  }

  @Test
  @Conformance("H3-S-13")
  void wrongLimitBeforeTheAnswerEndsTheSessionAfterIt() {
    net = new EngineNet(SMALL);
    connectRaw(Draft.D16, limits(1000, 4, 4));
    connect =
        raw.bidirectional(
            request(Draft.D16, "/echo") + RawHttp.capsule(MAX_DATA, RawHttp.number(1)));
    // It was accepted first, though the reset may overtake the answer on the wire.
    session = net.session();
    assertEquals(FLOW_ERROR, connect.end());
    net.awaitGauge(Gauges.SESSIONS_ACCEPTED, 1);
  }

  @Test
  @Conformance("H3-S-13")
  void capsulesOfARefusedRequestAreDropped() {
    net = new EngineNet(SMALL);
    connectRaw(Draft.D16, limits(1000, 4, 4));
    connect =
        raw.bidirectional(
            request(Draft.D16, "/nothing") + RawHttp.capsule(MAX_DATA, RawHttp.number(1)));
    assertEquals("405", RawClient.headers(connect).get(":status").orElseThrow());
    assertEquals("FIN", connect.end());
  }

  @Test
  void streamsBeforeTheRequestCountToo() {
    net = new EngineNet(SMALL);
    connectRaw(Draft.D16, limits(1000, 4, 4));
    RawStream early = null;
    for (int i = 0; i < 5; i++) {
      early = raw.unidirectional("405400" + "00");
    }
    connect = raw.bidirectional(request(Draft.D16, "/echo"));
    assertEquals(FLOW_ERROR, connect.end());
    early.awaitStopped();
  }

  @Test
  void streamsThatWereRejectedBeforeTheRequestCountTooAndTheirPlacesComeBack() {
    net =
        new EngineNet(
            Stream.concat(Stream.of(SMALL), Stream.of("ahti.early.streams = 1"))
                .toArray(String[]::new));
    connectRaw(Draft.D16, limits(1000, 4, 4));
    raw.unidirectional("405400");
    net.awaitGauge(Gauges.EARLY_STREAMS, 1);
    for (int i = 0; i < 2; i++) {
      RawStream rejected = raw.unidirectional("405400");
      rejected.awaitStopped();
      rejected.shutdown(false, true, 7);
    }
    net.awaitGauge(Gauges.EARLY_REJECTIONS_REMEMBERED, 2);
    connect = raw.bidirectional(request(Draft.D16, "/echo"));
    assertEquals("200", RawClient.headers(connect).get(":status").orElseThrow());
    session = net.session();
    // Three of four are used and two of them have ended: four may be open from there.
    assertEquals(6, value(MAX_STREAMS_UNI));
    net.awaitGauge(Gauges.EARLY_REJECTIONS_REMEMBERED, 0);
    for (int i = 0; i < 3; i++) {
      rawStream(StreamKind.UNIDIRECTIONAL, "");
    }
    alive();
    rawStream(StreamKind.UNIDIRECTIONAL, "");
    assertEquals(FLOW_ERROR, connect.end());
  }

  @Test
  void withFlowControlAConnectionHasSeveralSessions() {
    open(1000, 4, 4);
    RawStream second = raw.bidirectional(request(Draft.D16, "/echo"));
    assertEquals("200", RawClient.headers(second).get(":status").orElseThrow());
    alive();
    net.session().close(0, "");
    assertFalse(session.closed().isDone());
    alive();
  }

  @Test
  void withoutItASecondSessionIsRejected() {
    net = new EngineNet(SMALL);
    open(Draft.D16, "");
    assertEquals("RESET 0x10b", raw.bidirectional(request(Draft.D16, "/echo")).end());
    alive();
  }
}
