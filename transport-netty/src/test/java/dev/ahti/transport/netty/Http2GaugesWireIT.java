package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.MALFORMED;
import static dev.ahti.transport.netty.Http2Wire.capsule;
import static dev.ahti.transport.netty.Http2Wire.n;
import static dev.ahti.transport.netty.Http2Wire.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawBody;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawFrame;
import dev.ahti.wtspec.RawTcpPeer;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the windows and header sections of sessions over HTTP/2 leave in the gauges. */
class Http2GaugesWireIT {
  private static final StreamKind UNI = StreamKind.UNIDIRECTIONAL;

  private final EngineNet net = new EngineNet(Http2Wire.SMALL);
  private Http2Wire wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire, net);
  }

  @ParameterizedTest
  @EnumSource
  void flowCreditFollowsWhatComesAndWhatIsTaken(Role role) {
    wire = Http2Wire.begin(net, role);
    net.awaitGauge(Gauges.FLOW_SESSIONS, 1);
    net.awaitGauge(Gauges.FLOW_RECEIVE_CREDIT, 1000);
    assertEquals(0, net.gauge(Gauges.FLOW_GRANTS));
    long id = wire.theirs(UNI, 0);
    wire.wire.write(capsule(Http2Wire.DATA, n(id), "00".repeat(400)));
    net.awaitGauge(Gauges.FLOW_RECEIVE_CREDIT, 600);
    PortProbe stream = wire.incoming(UNI);
    stream.bytes(400);
    wire.upTo(Http2Wire.MAX_STREAM_DATA);
    wire.wire.write(capsule(Http2Wire.FIN, n(id), "00".repeat(300)));
    stream.bytes(300);
    wire.upTo(Http2Wire.MAX_DATA);
    net.await(true, () -> net.gauge(Gauges.FLOW_RECEIVE_CREDIT) > 600, "credit is given back");
    net.await(true, () -> net.gauge(Gauges.FLOW_GRANTS) >= 2, "both windows were raised");
    wire.session.close(0, "");
    net.awaitGauge(Gauges.FLOW_SESSIONS, 0);
    net.awaitGauge(Gauges.FLOW_RECEIVE_CREDIT, 0);
  }

  @ParameterizedTest
  @EnumSource
  void streamsThatWaitForTheLimitOfTheirSessionAreCounted(Role role) {
    wire = Http2Wire.begin(net, role, Http2Wire.GENEROUS.withSetting(0x2b61, 10));
    PortProbe first = wire.open(UNI);
    PortProbe second = wire.open(UNI);
    first.port().offer(ByteString.fromArray(new byte[20]));
    second.port().offer(ByteString.fromArray(new byte[20]));
    wire.upTo(Http2Wire.DATA_BLOCKED);
    net.awaitGauge(Gauges.FLOW_BLOCKED, 1);
    net.awaitGauge(Gauges.FLOW_STREAMS_WAITING, 2);
    wire.wire.write(capsule(Http2Wire.MAX_DATA, n(1000)));
    net.awaitGauge(Gauges.FLOW_STREAMS_WAITING, 0);
  }

  @ParameterizedTest
  @EnumSource
  void streamsThatStillWaitWhenTheirSessionEndsCountNoMore(Role role) {
    wire = Http2Wire.begin(net, role, Http2Wire.GENEROUS.withSetting(0x2b61, 10));
    PortProbe stream = wire.open(UNI);
    stream.port().offer(ByteString.fromArray(new byte[20]));
    net.awaitGauge(Gauges.FLOW_STREAMS_WAITING, 1);
    wire.session.close(0, "");
    net.awaitGauge(Gauges.FLOW_STREAMS_WAITING, 0);
    net.awaitGauge(Gauges.FLOW_SESSIONS, 0);
  }

  @ParameterizedTest
  @EnumSource
  void aSessionThatBrokeALimitIsCounted(Role role) {
    wire = Http2Wire.begin(net, role);
    wire.wire.write(capsule(Http2Wire.DATA, n(wire.theirs(UNI, 0)), "00".repeat(401)));
    assertEquals(MALFORMED, wire.wire.end());
    net.awaitGauge(Gauges.FLOW_VIOLATIONS, 1);
    net.awaitGauge(Gauges.FLOW_SESSIONS, 0);
  }

  @ParameterizedTest
  @EnumSource
  void aSessionThatBrokeAnotherRuleIsNot(Role role) {
    wire = Http2Wire.begin(net, role);
    String id = n(wire.theirs(UNI, 0));
    wire.wire.write(capsule(Http2Wire.FIN, id, s("x")) + capsule(Http2Wire.FIN, id, s("x")));
    assertEquals(MALFORMED, wire.wire.end());
    net.awaitGauge(Gauges.FLOW_SESSIONS, 0);
    assertEquals(0, net.gauge(Gauges.FLOW_VIOLATIONS));
  }

  /**
   * Short on the wire, where a field that was named before is one byte, and 34 each when decoded.
   */
  private static RawFields large(RawFields begin) {
    RawFields large = begin;
    for (int i = 0; i < 500; i++) {
      large = large.with("x", "v");
    }
    return large;
  }

  @Test
  void aRequestAboveTheLimitIsRefusedAndCounted() {
    wire = Http2Wire.begin(net, Role.SERVER);
    RawBody request = wire.raw.request(large(Http2Wire.CONNECT));
    assertEquals("431", request.headers().get(":status").orElseThrow());
    net.awaitGauge(Gauges.HEADERS_TOO_LARGE, 1);
    wire.echoes(wire.theirs(StreamKind.BIDIRECTIONAL, 0));
  }

  /** Of what is out of all proportion the rest is not even read. */
  @Test
  void aRequestFarAboveTheLimitEndsTheConnectionAndIsCounted() {
    wire = Http2Wire.begin(net, Role.SERVER);
    int stream = wire.wire.id() + 2;
    wire.raw.write(new RawFrame(RawFrame.HEADERS, 0, stream, ""));
    for (int i = 0; i < 3; i++) {
      wire.raw.write(new RawFrame(RawFrame.CONTINUATION, 0, stream, "00".repeat(10_000)));
    }
    assertEquals(1, wire.raw.goAway().code());
    net.awaitGauge(Gauges.HEADERS_TOO_LARGE, 1);
  }

  @Test
  void anAnswerAboveTheLimitIsCounted() {
    RawTcpPeer raw = RawTcpPeer.listen(Http2Wire.SERVING.withSettingsBehindTheirs());
    try (raw) {
      CompletableFuture<SessionHandle> asked =
          net.ahti.connect(Http2Wire.alone(raw.port(), DialectPolicy.all())).toCompletableFuture();
      RawBody request = raw.accept();
      request.headers();
      request.write(large(RawFields.of(":status", "200")));
      assertThrows(SessionFailure.class, () -> TestNet.get(asked));
      net.awaitGauge(Gauges.HEADERS_TOO_LARGE, 1);
    }
  }
}
