package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.dialect.Priority;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.Era;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client makes of settings and answers: against a server that writes raw bytes. */
class AnswerRulesWireIT {
  private final EngineNet net = new EngineNet();
  private RawPeer raw;
  private CompletableFuture<SessionHandle> opening;

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  private void dial(DialectPolicy policy, RawOptions options, Fields extra) {
    raw = RawPeer.listen(options);
    opening =
        net.ahti.connect(
            new DialRequest(
                "127.0.0.1",
                raw.port(),
                "127.0.0.1",
                "/",
                Optional.empty(),
                extra,
                ServerTrust.Insecure.INSTANCE,
                policy,
                Duration.ofSeconds(30)));
    raw.accept();
  }

  private void settings(String pairs) {
    raw.unidirectional("00" + RawHttp.frame(0x04, pairs));
  }

  /** The CONNECT stream of a client that speaks all drafts to a server of one. */
  private RawStream connect(Era era) {
    dial(DialectPolicy.all(), RawOptions.DEFAULTS, Fields.empty());
    raw.unidirectional(era.serverControl());
    RawStream connect = raw.accept();
    assertEquals(Optional.of(era.token()), connect.headers().get(":protocol"));
    return connect;
  }

  private SessionFailure failure() throws Exception {
    ExecutionException failure =
        assertThrows(ExecutionException.class, () -> opening.get(10, TimeUnit.SECONDS));
    return assertInstanceOf(SessionFailure.class, failure.getCause());
  }

  @ParameterizedTest
  @CsvSource({
    // D02, D07, D14, D16 in any order: the newest is spoken.
    "ab60374201c0000000c671706a01, webtransport, D07",
    "94e9cd2901ab60374201, webtransport, D14",
    "ab60374201ac7cf0000194e9cd2901, webtransport-h3, D16"
  })
  @Conformance("H3-B-06")
  void theNewestDraftThatBothAnnounceIsSpoken(String announced, String token, Draft draft) {
    dial(DialectPolicy.all(), RawOptions.DEFAULTS, Fields.empty());
    settings("08013301" + announced);
    RawStream connect = raw.accept();
    assertEquals(Optional.of(token), connect.headers().get(":protocol"));
    connect.write(RawHttp.headers(RawFields.of(":status", "200")));
    assertEquals(draft, TestNet.get(opening).dialect().draft());
  }

  @ParameterizedTest
  @CsvSource({
    // No extended CONNECT, no datagrams, no setting of WebTransport.
    "D07, 3301c0000000c671706a01, 0x100",
    "D07, 0801c0000000c671706a01, 0x100",
    "D07, 08013301, 0x100",
    "D14, 330194e9cd2901, 0x100",
    "D14, 080194e9cd2901, 0x100",
    "D14, 08013301, 0x100",
    "D16, 3301ac7cf00001, 0x212c0d48",
    "D16, 0801ac7cf00001, 0x212c0d48",
    "D16, 08013301, 0x212c0d48"
  })
  @Conformance({"H3-C-02", "H3-C-03"})
  void thereIsNoRequestToAServerThatLacksASetting(Draft draft, String pairs, String code)
      throws Exception {
    dial(DialectPolicy.only(draft), RawOptions.DEFAULTS, Fields.empty());
    settings(pairs);
    // The next thing that comes is the close, and no stream.
    assertEquals(code, raw.closeCode());
    assertTrue(failure().getMessage().contains("the server "), failure().getMessage());
  }

  @ParameterizedTest
  @EnumSource(names = {"D07", "D14", "D16"})
  @Conformance("H3-C-02")
  void thereIsNoRequestToAServerWithoutDatagramsInQuic(Era era) throws Exception {
    dial(
        DialectPolicy.only(Draft.valueOf(era.name())),
        RawOptions.DEFAULTS.withoutDatagrams(),
        Fields.empty());
    raw.unidirectional(era.serverControl());
    assertEquals(era == Era.D16 ? "0x212c0d48" : "0x100", raw.closeCode());
    assertTrue(failure().getMessage().contains("H3_DATAGRAM"), failure().getMessage());
  }

  static Stream<Arguments> redirections() {
    return Stream.of(Era.values())
        .flatMap(
            era ->
                Stream.of(300, 301, 302, 307, 308, 399).map(status -> Arguments.of(era, status)));
  }

  @ParameterizedTest
  @MethodSource("redirections")
  @Conformance("H3-C-10")
  void aRedirectionIsToldAndNotFollowed(Era era, int status) throws Exception {
    RawStream connect = connect(era);
    connect.finish(
        RawHttp.headers(
            RawFields.of(
                ":status", Integer.toString(status), "location", "https://127.0.0.1/other")));
    assertEquals(OptionalInt.of(status), failure().status());
    // No second request: the connection closes.
    assertEquals("0x100", raw.closeCode());
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 404, 405, 429, 500, 503, 599})
  @Conformance("H3-C-11")
  void aRefusalFailsTheSessionWithItsStatus(int status) throws Exception {
    RawStream connect = connect(Era.D14);
    // A stream of the session came before the answer: it has no session now.
    RawStream early = raw.unidirectional("405400" + "6869");
    connect.finish(RawHttp.headers(RawFields.of(":status", Integer.toString(status))));
    assertEquals(OptionalInt.of(status), failure().status());
    early.awaitStopped();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 203, 299})
  void answersOfOneHundredAreWaitedOutAndAnyOtherOfTwoHundredAccepts(int status) {
    RawStream connect = connect(Era.D16);
    for (String interim : new String[] {"100", "103", "199"}) {
      connect.write(RawHttp.headers(RawFields.of(":status", interim, "x", "y")));
    }
    connect.write(
        RawHttp.headers(
            RawFields.of(
                ":status", Integer.toString(status), "capsule-protocol", "nonsense", "x", "y")));
    SessionHandle session = TestNet.get(opening);
    assertEquals(Optional.of(Integer.toString(status)), session.response().get(":status"));
  }

  @Test
  @Conformance("H3-C-06")
  void theConfirmationOfDraft02IsNotNeeded() {
    RawStream connect = connect(Era.D02);
    connect.write(RawHttp.headers(RawFields.of(":status", "200")));
    assertEquals(Draft.D02, TestNet.get(opening).dialect().draft());
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-C-28")
  void aPriorityIsSentWithTheRequest(Era era) {
    dial(DialectPolicy.all(), RawOptions.DEFAULTS, new Priority(1, true).field());
    raw.unidirectional(era.serverControl());
    RawStream connect = raw.accept();
    assertEquals(Optional.of("u=1, i"), connect.headers().get("priority"));
    connect.write(RawHttp.headers(RawFields.of(":status", "200")));
    TestNet.get(opening);
  }

  @Test
  void nothingIsSentThatNobodyAskedFor() {
    dial(DialectPolicy.all(), RawOptions.DEFAULTS, Fields.empty());
    raw.unidirectional(Era.D16.serverControl());
    RawStream connect = raw.accept();
    assertEquals(
        RawFields.of(
            ":method", "CONNECT",
            ":protocol", "webtransport-h3",
            ":scheme", "https",
            ":authority", "127.0.0.1",
            ":path", "/"),
        connect.headers());
    connect.write(RawHttp.headers(RawFields.of(":status", "200")));
    TestNet.get(opening);
  }

  @Test
  void aRequestAboveTheServersLimitIsNotSent() {
    dial(DialectPolicy.all(), RawOptions.DEFAULTS, Fields.empty().with("x", "y".repeat(300)));
    // SETTINGS_MAX_FIELD_SECTION_SIZE = 256.
    settings("08013301" + "064100" + "ac7cf00001");
    ExecutionException failure =
        assertThrows(ExecutionException.class, () -> opening.get(10, TimeUnit.SECONDS));
    assertTrue(failure.getCause().getMessage().contains("the peer's limit"), failure::toString);
    assertEquals("0x100", raw.closeCode());
  }

  @ParameterizedTest
  @CsvSource({
    "D07, 0x52e4a40fa8fa, 30",
    "D16, 0x52e5ac983162, 4294967295",
    "D16, 0x52e4a40fa8f9, -1",
    "D16, 0x52e5ac983163, -1",
    "D16, 0x10c, -1",
  })
  @Conformance({"H3-B-24", "H3-B-64"})
  void aResetHasAnApplicationCodeWhereItsCodeIsOne(Era era, String code, long expected) {
    RawStream connect = connect(era);
    connect.write(RawHttp.headers(RawFields.of(":status", "200")));
    SessionHandle session = TestNet.get(opening);
    RawStream stream = raw.unidirectional("405400" + "6869");
    StreamHandle taken = EngineNet.take(session.incomingUnidirectional());
    PortProbe port = new PortProbe(taken.port());
    assertEquals("hi", port.bytes(2).utf8String());
    stream.shutdown(false, true, Long.decode(code));
    Inbound.Reset reset = (Inbound.Reset) port.next();
    assertEquals(expected, session.dialect().fromWire(reset.code()).orElse(-1));
  }
}
