package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.capsule;
import static dev.ahti.transport.netty.Http2Wire.n;
import static dev.ahti.transport.netty.Http2Wire.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawBody;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawFrame;
import dev.ahti.wtspec.RawHttp2;
import dev.ahti.wtspec.RawTcpOptions;
import dev.ahti.wtspec.RawTcpPeer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server says of sessions over HTTP/2, and how it answers requests for them. */
class Http2ServerWireIT {
  private static final RawFields CONNECT = Http2Wire.CONNECT;
  private static final String AVAILABLE = "wt-available-protocols";

  private EngineNet net = new EngineNet(Http2Wire.SMALL);
  private RawTcpPeer raw;

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  private RawTcpPeer connect(RawTcpOptions options) {
    raw = RawTcpPeer.connect(Http2Wire.listen(net), options);
    return raw;
  }

  private RawTcpPeer connect() {
    return connect(Http2Wire.GENEROUS);
  }

  private static RawFields to(String path) {
    return CONNECT.without(":path").with(":path", path);
  }

  private static String status(RawBody request) {
    return request.headers().get(":status").orElseThrow();
  }

  /** A request with what follows it in the same flight. */
  private RawBody early(RawFields request, String capsules) {
    RawBody body = raw.open();
    RawFrame headers =
        new RawFrame(
            RawFrame.HEADERS, RawFrame.END_HEADERS, body.id(), RawHttp2.headerBlock(request));
    raw.write(headers.hex() + new RawFrame(RawFrame.DATA, 0, body.id(), capsules).hex());
    return body;
  }

  @Test
  @Conformance({"H2-S-01", "H2-B-21"})
  void settingsOfferSessionsAndTheirLimits() {
    Map<Integer, Long> settings = connect().settings();
    assertEquals(1, settings.get(0x8));
    assertEquals(1, settings.get(0x2b60));
    assertEquals(1000, settings.get(0x2b61));
    for (int stream : List.of(0x2b62, 0x2b63, 0x2b66)) {
      assertEquals(400, settings.get(stream));
    }
    assertEquals(4, settings.get(0x2b64));
    assertEquals(4, settings.get(0x2b65));
  }

  @ParameterizedTest
  @CsvSource({
    "/echo,    https://example.org, 200",
    "/echo,    https://example.com, 403",
    "/echo,    null,                403",
    "/nowhere, https://example.org, 405",
  })
  @Conformance("H2-S-02")
  void originAndPathDecideTheStatus(String path, String origin, String status) {
    assertEquals(status, status(connect().request(to(path).with("origin", origin))));
  }

  /** What comes with a request is not even looked at, however wrong it is. */
  @ParameterizedTest
  @ValueSource(strings = {"a stream", "a stream that we would open", "no capsule"})
  @Conformance("H2-S-03")
  void capsulesOfARefusedRequestAreNotHandled(String what) {
    connect();
    RawBody refused =
        early(
            to("/nowhere"),
            switch (what) {
              case "a stream" -> capsule(Http2Wire.FIN, n(0), s("hello"));
              case "no capsule" -> capsule(Http2Wire.MAX_DATA, "40");
              default -> capsule(Http2Wire.DATA, n(1), s("a"));
            });
    assertEquals("405", status(refused));
    assertEquals("FIN", refused.end());
    raw.roundTrip();
    net.awaitGauge(Gauges.SESSIONS, 0);
    assertEquals("200", status(raw.request(CONNECT)));
    net.session();
  }

  @Test
  @Conformance("H2-S-04")
  void capsulesThatCameWithTheRequestAreHandledOnceItIsAccepted() {
    connect();
    RawBody request = early(CONNECT, capsule(0, s("d")) + capsule(Http2Wire.FIN, n(0), s("hello")));
    assertEquals("200", status(request));
    SessionHandle session = net.session();
    PortProbe stream = new PortProbe(EngineNet.take(session.incomingBidirectional()).port());
    stream.write(stream.all());
    stream.port().finish();
    StringBuilder back = new StringBuilder();
    while (back.indexOf("!") < 0) {
      back.append(Http2Wire.bytesOf(0, List.of(request.capsule())));
    }
    assertEquals(s("hello") + "!", back.toString());
    PortProbe.await(() -> session.datagrams().peek() != null);
    assertEquals(ByteString.fromString("d"), session.datagrams().poll());
  }

  @Test
  @Conformance("H2-S-04")
  void aCloseThatCameWithTheRequestEndsTheSessionBehindTheAnswer() {
    connect();
    RawBody request = early(CONNECT, capsule(Http2Wire.CLOSE, "00000005", s("so soon")));
    assertEquals("200", status(request));
    assertEquals("so soon", TestNet.get(net.session().closed()).reason());
    assertEquals("FIN", request.end());
    request.finish("");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "u=-1",
        "bl=-1",
        "br=-1",
        "u=1.5",
        "bl=\"1\"",
        "br=a",
        "u=?1",
        "u",
        "u=(1)",
        "u=:AQ==:",
        "u=",
        "u=1,",
        "u=1 bl=2",
        "U=1",
        "u=1234567890123456",
      })
  @Conformance({"H2-S-05", "H2-B-22"})
  void aHeaderThatSaysNoLimitsIsABadRequest(String header) {
    RawBody request = connect().request(CONNECT.with("webtransport-init", header));
    assertEquals("400", status(request));
    raw.roundTrip();
    net.awaitGauge(Gauges.SESSIONS, 0);
  }

  /**
   * Twelve requests, each with SETTINGS in its wake. What was acknowledged before the answer went
   * out holds for its session, and nothing that came later: which of both it was the wire says.
   */
  @Test
  @Conformance({"H2-S-06", "H2-B-21"})
  void limitsAreThoseThatWereAcknowledgedBeforeTheAnswer() {
    connect(Http2Wire.GENEROUS.withSetting(0x2b62, 10));
    raw.awaitAcknowledgement();
    for (int i = 1; i <= 12; i++) {
      long before = 9L + i;
      RawBody request = raw.open();
      RawFrame headers =
          new RawFrame(
              RawFrame.HEADERS, RawFrame.END_HEADERS, request.id(), RawHttp2.headerBlock(CONNECT));
      RawFrame settings =
          new RawFrame(RawFrame.SETTINGS, 0, 0, RawHttp2.settings(Map.of(0x2b62, before + 1)));
      raw.write(headers.hex() + settings.hex());
      assertEquals("200", status(request));
      raw.awaitAcknowledgement();
      List<RawFrame> seen = raw.seen();
      int answer = last(seen, RawFrame.HEADERS);
      int acknowledgement = last(seen, RawFrame.SETTINGS);
      SessionHandle session = net.session();
      PortProbe stream =
          new PortProbe(TestNet.get(session.openStream(StreamKind.UNIDIRECTIONAL)).port());
      stream.port().offer(ByteString.fromArray(new byte[100]));
      assertEquals(
          n(stream.port().id()) + n(acknowledgement < answer ? before + 1 : before),
          request.capsule(Http2Wire.STREAM_DATA_BLOCKED));
    }
  }

  private static int last(List<RawFrame> seen, int type) {
    int last = seen.size() - 1;
    while (seen.get(last).type() != type) {
      last--;
    }
    return last;
  }

  @Test
  @Conformance("H2-S-07")
  void oneSessionTooManyIsRefused() {
    net.close();
    net = new EngineNet("ahti.session.max-per-connection = 2");
    connect();
    assertEquals("200", status(raw.request(CONNECT)));
    assertEquals("200", status(raw.request(CONNECT)));
    assertEquals("429", status(raw.request(CONNECT)));
    net.session().close(0, "");
    net.session();
  }

  @ParameterizedTest
  @ValueSource(strings = {":scheme", ":path", ":authority"})
  @Conformance("H2-S-08")
  void aRequestWithoutOneOfItsFieldsIsMalformed(String missing) {
    RawBody request = connect().request(CONNECT.without(missing));
    assertEquals(Http2Wire.MALFORMED, request.end());
    assertEquals("200", status(raw.request(CONNECT)));
    net.session();
  }

  @Test
  @Conformance({"H2-S-09", "H2-B-33"})
  void aRequestForASessionOnWeakTlsIsMalformed() {
    connect(Http2Wire.GENEROUS.withTls("TLSv1.2"));
    assertEquals("TLSv1.2", raw.tlsVersion());
    assertEquals(Http2Wire.MALFORMED, raw.request(CONNECT).end());
    RawBody page =
        raw.open()
            .finish(
                RawFields.of(
                    ":method", "GET", ":scheme", "https", ":authority", "x", ":path", "/"));
    assertEquals("200", status(page));
  }

  @Test
  @Conformance("H2-S-10")
  void theProtocolIsOneOfThoseThatWereOffered() {
    connect();
    RawFields answer =
        raw.request(to("/last").with(AVAILABLE, "\"v3\", \"v2\";q=1, \"v1\"")).headers();
    assertEquals(Optional.of("\"v1\""), answer.get("wt-protocol"));
    assertEquals(Optional.of("v1"), net.session().protocol());
  }

  @ParameterizedTest
  @ValueSource(strings = {"v2", "\"v2\", v1", "\"v2\", 1", "\"v2\", (\"v1\")", "\"v2"})
  @Conformance("H2-S-10")
  void anOfferOfAnythingButStringsIsNone(String offer) {
    RawFields answer = connect().request(to("/first").with(AVAILABLE, offer)).headers();
    assertEquals(Optional.of("200"), answer.get(":status"));
    assertEquals(Optional.empty(), answer.get("wt-protocol"));
    assertEquals(Optional.empty(), net.session().protocol());
  }

  @Test
  @Conformance("H2-S-10")
  void noProtocolIsChosenWithoutAnOfferOrOutsideOfIt() {
    connect();
    assertEquals(Optional.empty(), raw.request(to("/first")).headers().get("wt-protocol"));
    assertTrue(net.session().protocol().isEmpty());
    assertEquals("500", status(raw.request(to("/wrong").with(AVAILABLE, "\"v1\""))));
  }
}
