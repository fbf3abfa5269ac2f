package dev.ahti.transport.netty;

import static dev.ahti.transport.netty.Http2Wire.n;
import static dev.ahti.transport.netty.Http2Wire.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Http2Dialect;
import dev.ahti.engine.dialect.Http2Quirk;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.dialect.ProtocolOffer;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.FinOrder;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawBody;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawFrame;
import dev.ahti.wtspec.RawHttp2;
import dev.ahti.wtspec.RawTcpOptions;
import dev.ahti.wtspec.RawTcpPeer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client asks for over HTTP/2, when, and what it makes of the answer. */
class Http2ClientWireIT {
  private static final RawFields OK = RawFields.of(":status", "200");
  private static final DialectPolicy ALL = DialectPolicy.all();
  private static final ProtocolOffer OFFER = new ProtocolOffer(List.of("v2", "v1"), false);
  private static final ProtocolOffer DEMAND = new ProtocolOffer(List.of("v2", "v1"), true);

  private final EngineNet net = new EngineNet();
  private RawTcpPeer raw;
  private CompletableFuture<SessionHandle> opening;

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  private DialRequest request(DialectPolicy policy) {
    return Http2Wire.request(raw.port(), policy);
  }

  private void dial(RawTcpOptions options, DialectPolicy policy) {
    raw = RawTcpPeer.listen(options.withSettingsBehindTheirs());
    opening = net.ahti.connect(request(policy));
  }

  private RawBody asked() {
    return asked(Http2Wire.SERVING);
  }

  private RawBody asked(RawTcpOptions options) {
    dial(options, ALL);
    return raw.accept();
  }

  private Throwable fails() {
    return assertThrows(Throwable.class, () -> TestNet.get(opening));
  }

  private long requests() {
    return raw.seen().stream().filter(frame -> frame.type() == RawFrame.HEADERS).count();
  }

  private static DialectPolicy tolerating(Http2Quirk quirk) {
    return ALL.withHttp2(new Http2Dialect(FinOrder.DRAFT_15, Set.of(quirk)));
  }

  @Test
  @Conformance("H2-C-01")
  void theRequestWaitsForTheServersSettings() {
    asked();
    List<Integer> order =
        raw.seen().stream()
            .filter(
                frame ->
                    frame.type() == RawFrame.HEADERS
                        || frame.type() == RawFrame.SETTINGS && frame.has(RawFrame.ACK))
            .map(RawFrame::type)
            .toList();
    assertEquals(List.of(RawFrame.SETTINGS, RawFrame.HEADERS), order);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "8=1", "2b60=1", "8=1 2b60=0", "8=0 2b60=1"})
  @Conformance("H2-C-01")
  void aServerThatDoesNotOfferSessionsIsNotAsked(String settings) {
    RawTcpOptions options = RawTcpOptions.DEFAULTS;
    for (String each : settings.split(" ")) {
      if (!each.isEmpty()) {
        String[] parts = each.split("=");
        options = options.withSetting(Integer.parseInt(parts[0], 16), Long.parseLong(parts[1]));
      }
    }
    dial(options, ALL);
    String why = String.valueOf(fails().getMessage());
    assertTrue(why.contains("does not offer WebTransport over HTTP/2"), why);
    raw.closed();
    assertEquals(0, requests());
  }

  /** Drafts 13 and 14 have no such setting, those before have a number of sessions there. */
  @ParameterizedTest
  @CsvSource({"NO_ENABLED_SETTING, 0", "ENABLED_ABOVE_ONE, 7"})
  @Conformance("H2-C-01")
  void aServerOfAnOlderDraftIsAskedWhereThatIsTolerated(Http2Quirk quirk, long enabled) {
    RawTcpOptions options = Http2Wire.SERVING.withoutSetting(0x2b60);
    dial(enabled == 0 ? options : options.withSetting(0x2b60, enabled), tolerating(quirk));
    raw.accept().write(OK);
    TestNet.get(opening);
  }

  @Test
  @Conformance("H2-C-02")
  void moreThan1OfASettingThatIsOnOrOffEndsTheConnection() {
    dial(Http2Wire.SERVING.withSetting(0x2b60, 2), ALL);
    assertEquals(0x1, raw.goAway().code());
    fails();
    raw.closed();
    assertEquals(0, requests());
  }

  @Test
  @Conformance("H2-C-03")
  void theRequestHasItsFieldsAndTheOriginOfItsPage() {
    raw = RawTcpPeer.listen(Http2Wire.SERVING);
    opening =
        net.ahti.connect(
            new DialRequest(
                    "127.0.0.1",
                    raw.port(),
                    "example.org",
                    "/a?b=c",
                    Optional.of("https://example.com"),
                    Fields.empty(),
                    ServerTrust.Insecure.INSTANCE,
                    ALL,
                    Duration.ofSeconds(10))
                .withVersions(Set.of(HttpVersion.HTTP_2)));
    RawBody request = raw.accept();
    assertEquals(
        Set.of(
            new RawFields.Field(":method", "CONNECT"),
            new RawFields.Field(":protocol", "webtransport"),
            new RawFields.Field(":scheme", "https"),
            new RawFields.Field(":authority", "example.org"),
            new RawFields.Field(":path", "/a?b=c"),
            new RawFields.Field("origin", "https://example.com")),
        Set.copyOf(request.headers().fields()));
    request.write(OK);
    TestNet.get(opening);
  }

  /** RFC 9113 8.7: REFUSED_STREAM says that nothing was done for the request. */
  @Test
  void aRequestThatTheServerHasNotLookedAtTakesAnotherConnection() {
    RawBody first = asked();
    first.headers();
    first.write(OK);
    TestNet.get(opening);
    opening = net.ahti.connect(request(ALL));
    RawBody refused = raw.accept();
    refused.headers();
    refused.reset(0x7);
    raw.refuseFurtherConnection();
    String why = String.valueOf(fails().getMessage());
    assertTrue(why.contains("cannot connect to 127.0.0.1"), why);
  }

  @ParameterizedTest
  @CsvSource({"0x7, the server rejected the request (0x10b)", "0x8, reset"})
  void aRequestForWhichTheConnectionWasOpenedFailsWhenItIsReset(String code, String expected) {
    RawBody request = asked();
    request.headers();
    request.reset(Long.decode(code));
    String why = String.valueOf(fails().getMessage());
    assertTrue(why.contains(expected), why);
    assertEquals(1, requests());
  }

  /** No session is there before its answer, so nothing can be sent on it. */
  @Test
  @Conformance("H2-C-04")
  void nothingIsSentBeforeTheAnswer() {
    RawBody request = asked(Http2Wire.SERVING.withSetting(0x2b62, 10));
    raw.roundTrip();
    assertTrue(raw.seen().stream().noneMatch(frame -> frame.type() == RawFrame.DATA));
    request.headers();
    request.write(OK.with("webtransport-init", "u=30"));
    goes(request, 30);
  }

  /** A stream that has more to send than it may is blocked at this limit. */
  private void goes(RawBody request, long limit) {
    PortProbe stream =
        new PortProbe(
            TestNet.get(TestNet.get(opening).openStream(StreamKind.UNIDIRECTIONAL)).port());
    stream.port().offer(ByteString.fromArray(new byte[100]));
    assertEquals(n(stream.port().id()) + n(limit), request.capsule(Http2Wire.STREAM_DATA_BLOCKED));
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 50})
  @Conformance({"H2-C-05", "H2-B-21"})
  void limitsAreThoseThatWereAcknowledgedBeforeTheRequest(long later) {
    RawBody request = asked(Http2Wire.SERVING.withSetting(0x2b62, 10));
    request.headers();
    raw.awaitAcknowledgement();
    raw.settings(Map.of(0x2b62, later));
    raw.awaitAcknowledgement();
    request.write(OK);
    goes(request, 10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"302", "404", "405", "429", "500"})
  @Conformance("H2-C-06")
  void anAnswerThatIsNo2xxFailsTheSession(String status) {
    RawBody request = asked();
    request.finish(RawFields.of(":status", status, "location", "https://example.org/other"));
    SessionFailure failure = assertThrows(SessionFailure.class, () -> TestNet.get(opening));
    assertEquals(Integer.parseInt(status), failure.status().orElseThrow());
    raw.roundTrip();
    assertEquals(1, requests());
  }

  @ParameterizedTest
  @ValueSource(strings = {"200", "201", "299"})
  @Conformance("H2-C-06")
  void a2xxOpensTheSessionBehindInterimAnswers(String status) {
    RawBody request = asked();
    request.write(RawFields.of(":status", "103", "link", "</a>"));
    request.write(RawFields.of(":status", status));
    TestNet.get(opening);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GOAWAY", "SETTINGS"})
  @Conformance({"H2-C-07", "H2-C-08"})
  void aServerThatTakesNoMoreSessionsIsNotAskedAndKeepsThoseItHas(String how) {
    Http2Wire wire = Http2Wire.dial(net, ALL, Http2Wire.SERVING, OK);
    raw = wire.raw;
    raw.awaitAcknowledgement();
    if (how.equals("GOAWAY")) {
      raw.write(new RawFrame(RawFrame.GOAWAY, 0, 0, RawHttp2.number(wire.wire.id()) + "00000000"));
      TestNet.get(wire.session.draining());
    } else {
      raw.settings(Map.of(0x2b60, 0L));
      raw.awaitAcknowledgement();
    }
    wire.echoes(wire.theirs(StreamKind.BIDIRECTIONAL, 0));
    // It needs another connection, and the raw peer takes one only.
    opening =
        net.ahti.connect(
            new DialRequest(
                    "127.0.0.1",
                    raw.port(),
                    "example.org",
                    "/echo",
                    Optional.empty(),
                    Fields.empty(),
                    ServerTrust.Insecure.INSTANCE,
                    ALL,
                    Duration.ofMillis(500))
                .withPool("")
                .withVersions(Set.of(HttpVersion.HTTP_2)));
    // Not on the one that there is, where the codec might refuse it too.
    String why = fails().getMessage();
    assertTrue(why.contains("not connected") || why.contains("cannot connect"), why);
    wire.echoes(wire.theirs(StreamKind.BIDIRECTIONAL, 1));
    assertEquals(1, requests());
    wire.session.close(0, "");
    wire.rest();
  }

  @ParameterizedTest
  @ValueSource(strings = {"u=-1", "bl=x", "br=1.0", "u=1,", "u"})
  @Conformance("H2-B-22")
  void anAnswerWithAHeaderThatSaysNoLimitsEndsTheSession(String header) {
    RawBody request = asked();
    request.write(OK.with("webtransport-init", header));
    fails();
    assertEquals(Http2Wire.MALFORMED, request.end());
  }

  @Test
  @Conformance("H2-B-33")
  void aServerOnWeakTlsIsNotAsked() {
    dial(Http2Wire.SERVING.withTls("TLSv1.2"), ALL);
    String why = String.valueOf(fails().getMessage());
    assertTrue(why.contains("TLS"), why);
    raw.closed();
    assertEquals(0, requests());
  }

  private RawBody offering(ProtocolOffer offer) {
    raw = RawTcpPeer.listen(Http2Wire.SERVING);
    opening = net.ahti.connect(request(ALL).withProtocols(offer));
    return raw.accept();
  }

  @Test
  @Conformance("H2-C-09")
  void protocolsAreOfferedInOrderAndOneOfThemIsTaken() {
    RawBody request = offering(OFFER);
    assertEquals(Optional.of("\"v2\", \"v1\""), request.headers().get("wt-available-protocols"));
    request.write(OK.with("wt-protocol", "\"v1\";a=1"));
    assertEquals(Optional.of("v1"), TestNet.get(opening).protocol());
  }

  @Test
  @Conformance("H2-C-09")
  void noProtocolsAreNoField() {
    RawBody request = offering(ProtocolOffer.NONE);
    assertEquals(Optional.empty(), request.headers().get("wt-available-protocols"));
    request.write(OK);
    assertEquals(Optional.empty(), TestNet.get(opening).protocol());
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "1", "(\"v1\")", "\"v9\""})
  @Conformance("H2-C-09")
  void aDemandIsNotMetByWhatIsNoneOfThem(String protocol) {
    RawBody request = offering(DEMAND);
    request.write(OK.with("wt-protocol", protocol));
    fails();
    String end = request.end();
    assertTrue(end.startsWith("RESET "), end);
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "1", "(\"v1\")"})
  @Conformance("H2-C-09")
  void aChoiceThatIsNoStringIsNone(String protocol) {
    RawBody request = offering(OFFER);
    request.write(OK.with("wt-protocol", protocol));
    assertEquals(Optional.empty(), TestNet.get(opening).protocol());
  }

  @Test
  void capsulesRightBehindTheAnswerAreTheSessions() {
    RawBody request = asked();
    request.write(OK);
    request.write(Http2Wire.capsule(Http2Wire.FIN, n(3), s("early")));
    PortProbe stream =
        new PortProbe(EngineNet.take(TestNet.get(opening).incomingUnidirectional()).port());
    assertEquals("early", stream.all().utf8String());
  }
}
