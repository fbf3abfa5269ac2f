package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How requests are answered: the engine against a peer that writes raw bytes. */
class StatusWireIT {
  private final EngineNet net = new EngineNet();
  private RawPeer raw;

  private void start(Draft draft) {
    raw = RawPeer.connect(net.listen(DialectPolicy.all()).address().getPort());
    raw.unidirectional(RawClient.control(draft));
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  private RawStream request(Fields fields) {
    return raw.bidirectional(RawClient.headers(fields));
  }

  private void refused(Draft draft, String status, Fields fields) {
    RawStream stream = request(fields);
    assertEquals(Fields.empty().with(":status", status), RawClient.headers(stream));
    assertEquals("FIN", stream.end());
    net.awaitGauge(Gauges.SESSIONS_REFUSED, 1);
    // The connection goes on.
    accepted(RawClient.connect(draft, "/echo"));
  }

  private void accepted(Fields fields) {
    RawStream stream = request(fields);
    net.session();
    assertEquals("200", RawClient.headers(stream).get(":status").orElseThrow());
  }

  @ParameterizedTest
  @CsvSource({"D02, 404", "D07, 404", "D14, 404", "D16, 405"})
  @Conformance("H3-S-08")
  void unknownPathIsAnsweredAsTheDraftSays(Draft draft, String status) {
    start(draft);
    refused(draft, status, RawClient.connect(draft, "/nowhere"));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-S-06")
  void foreignOriginIsAnsweredWith403(Draft draft) {
    start(draft);
    refused(draft, "403", RawClient.connect(draft, "/echo").with("origin", "https://evil.example"));
  }

  @ParameterizedTest
  @EnumSource
  void allowedOriginIsAccepted(Draft draft) {
    start(draft);
    accepted(RawClient.connect(draft, "/echo").with("origin", EngineNet.ORIGIN));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-S-07")
  void absentOriginIsAccepted(Draft draft) {
    start(draft);
    accepted(RawClient.connect(draft, "/echo"));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-S-04")
  void unknownProtocolIsAnsweredWith501(Draft draft) {
    start(draft);
    refused(
        draft,
        "501",
        Fields.empty()
            .with(":method", "CONNECT")
            .with(":protocol", "connect-udp")
            .with(":scheme", "https")
            .with(":authority", "127.0.0.1")
            .with(":path", "/echo"));
  }

  @Test
  void plainGetGetsANormalAnswer() {
    start(Draft.D16);
    RawStream get =
        raw.bidirectional("")
            .finish(
                RawClient.headers(
                    Fields.empty()
                        .with(":method", "GET")
                        .with(":scheme", "https")
                        .with(":authority", "127.0.0.1")
                        .with(":path", "/")));
    assertEquals(Fields.empty().with(":status", "200"), RawClient.headers(get));
    assertEquals(RawHttp.hex("hello"), get.frame(0x00));
    assertEquals("FIN", get.end());
    net.awaitGauge(Gauges.SESSIONS_REFUSED, 0);
  }
}
