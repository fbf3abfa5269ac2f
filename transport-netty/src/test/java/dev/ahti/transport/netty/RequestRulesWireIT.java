package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.dialect.Quirk;
import dev.ahti.engine.spi.Inbound;
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
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server makes of settings and requests: against a client that writes raw bytes. */
class RequestRulesWireIT {
  private final EngineNet net = new EngineNet();
  private RawPeer raw;

  private void start(DialectPolicy policy, RawOptions options, String settings) {
    raw = RawPeer.connect(net.listen(policy).address().getPort(), options);
    raw.unidirectional("00" + RawHttp.frame(0x04, settings));
  }

  private void start(String settings) {
    start(DialectPolicy.all(), RawOptions.DEFAULTS, settings);
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  private RawStream request(RawFields fields) {
    return raw.bidirectional(RawHttp.headers(fields));
  }

  private static Optional<String> status(RawStream stream) {
    return stream.headers().get(":status");
  }

  /** Datagrams, and the settings of several drafts. */
  private static String all(String eras) {
    return Stream.of(eras.split(" "))
        .map(era -> Era.valueOf(era).settings().replace("3301", ""))
        .collect(Collectors.joining("", "3301", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "D02 D07, D07, D07",
    "D02 D14, D14, D14",
    "D02 D07 D14, D14, D14",
    "D02 D07 D14 D16, D16, D16",
    "D02 D16, D16, D16"
  })
  @Conformance("H3-B-06")
  void theNewestDraftThatBothAnnounceIsSpoken(String announced, Era token, Draft spoken) {
    start(all(announced));
    assertEquals(Optional.of("200"), status(request(token.connect("/echo"))));
    assertEquals(spoken, net.session().dialect().draft());
  }

  @Test
  @Conformance("H3-S-23")
  void theTokenOfOlderDraftsGetsTheNewestOfThose() {
    start(all("D02 D14 D16"));
    assertEquals(Optional.of("200"), status(request(Era.D14.connect("/echo"))));
    assertEquals(Draft.D14, net.session().dialect().draft());
  }

  @ParameterizedTest
  @CsvSource({"D16, true", "D02 D16, false"})
  @Conformance({"H3-B-65", "H3-S-04"})
  void theOldTokenMeansAnotherProtocolInDraft16(String announced, boolean lenient) {
    DialectPolicy policy =
        lenient ? DialectPolicy.all() : DialectPolicy.all().refusing(Quirk.LEGACY_TOKEN);
    start(policy, RawOptions.DEFAULTS, all(announced));
    RawStream stream = request(Era.D14.connect("/echo"));
    assertEquals(Optional.of("501"), status(stream));
    assertEquals("FIN", stream.end());
  }

  @ParameterizedTest
  @ValueSource(strings = {"content-length", "content-type"})
  void requestsThatAnnounceContentAreMalformed(String name) {
    start(Era.D16.settings());
    assertEquals("RESET 0x10e", request(Era.D16.connect("/echo").with(name, "0")).end());
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-S-07")
  void onlyAStrictServerOfDraft02DemandsAnOrigin(Era era) {
    start(DialectPolicy.all().strict(), RawOptions.DEFAULTS, era.settings());
    String expected = era == Era.D02 ? "403" : "200";
    assertEquals(Optional.of(expected), status(request(era.connect("/echo"))));
    if (era == Era.D02) {
      RawFields named = era.connect("/echo").with("origin", EngineNet.ORIGIN);
      assertEquals(Optional.of("200"), status(request(named)));
    }
    net.session();
  }

  @ParameterizedTest
  @ValueSource(strings = {"?1", "?0", "1", "nonsense", "\"", "?1;a=b"})
  @Conformance("H3-S-22")
  void capsuleProtocolIsIgnoredWhateverItSays(String value) {
    start(Era.D16.settings());
    RawStream stream = request(Era.D16.connect("/echo").with("capsule-protocol", value));
    assertEquals(RawFields.of(":status", "200"), stream.headers());
    net.session();
  }

  @Test
  @Conformance("H3-S-09")
  void anAnswerHasTheFieldsOfTheApplicationAndNoContent() {
    start(Era.D16.settings());
    assertEquals(
        RawFields.of(":status", "200", "x-one", "1", "server", "ahti"),
        request(Era.D16.connect("/headers")).headers());
    net.session();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/own", "/large"})
  void anAnswerThatMayNotBeSentIsA500(String path) {
    start(Era.D16.settings());
    assertEquals(Optional.of("500"), status(request(Era.D16.connect(path))));
  }

  @Test
  void anAnswerAboveTheClientsLimitIsA500() {
    // SETTINGS_MAX_FIELD_SECTION_SIZE = 64.
    start(Era.D16.settings() + "064040");
    assertEquals(Optional.of("500"), status(request(Era.D16.connect("/headers"))));
    assertEquals(Optional.of("200"), status(request(Era.D16.connect("/echo"))));
    net.session();
  }

  @Test
  void prioritiesAreTakenAndChangeNothingHere() {
    raw = RawPeer.connect(net.listen(DialectPolicy.all()).address().getPort());
    RawStream control = raw.unidirectional(Era.D16.clientControl());
    // PRIORITY_UPDATE for the request of stream 0, before and after it (RFC 9218 7.2).
    String update = RawHttp.frame(0xf0700L, "00" + RawHttp.hex("u=1, i"));
    control.write(update);
    RawStream stream = request(Era.D16.connect("/echo").with("priority", "u=0"));
    assertEquals(Optional.of("200"), status(stream));
    control.write(update + RawHttp.frame(0xf0700L, "00" + RawHttp.hex("not, \"a dictionary")));
    SessionHandle session = net.session();
    session.close(3, "");
    assertEquals("68430400000003", stream.frame(0x00));
  }

  @ParameterizedTest
  @CsvSource({
    "D07, 0x52e4a40fa8db, 0",
    "D07, 0x52e4a40fa8fa, 30",
    "D14, 0x52e4a40fa906, 42",
    "D16, 0x52e5ac983162, 4294967295",
    // Below, reserved, reserved, above, a code of HTTP/3.
    "D07, 0x52e4a40fa8da, -1",
    "D14, 0x52e4a40fa8f9, -1",
    "D16, 0x52e4a40fa8da, -1",
    "D16, 0x52e4a40fa8f9, -1",
    "D16, 0x52e5ac983152, -1",
    "D16, 0x52e5ac983163, -1",
    "D16, 0x10c, -1",
  })
  @Conformance({"H3-B-24", "H3-B-64"})
  void aResetHasAnApplicationCodeWhereItsCodeIsOne(Era era, String code, long expected) {
    start(era.settings());
    RawStream connect = request(era.connect("/echo"));
    assertEquals(Optional.of("200"), status(connect));
    SessionHandle session = net.session();
    RawStream stream = raw.bidirectional("404100" + "6869");
    StreamHandle taken = EngineNet.take(session.incomingBidirectional());
    PortProbe port = new PortProbe(taken.port());
    assertEquals("hi", port.bytes(2).utf8String());
    stream.shutdown(false, true, Long.decode(code));
    Inbound.Reset reset = (Inbound.Reset) port.next();
    OptionalLong application = session.dialect().fromWire(reset.code());
    assertEquals(expected, application.orElse(-1));
    // Its other half is untouched.
    taken.port().offer(ByteString.fromString("yes"));
    taken.port().finish();
    assertEquals(RawHttp.hex("yes"), stream.bytes(3));
    assertEquals("FIN", stream.end());
  }

  @Test
  void headersOfTheClientReachTheServerAsTheyAre() {
    start(Era.D16.settings());
    RawFields request =
        Era.D16.connect("/echo").with("cookie", "a=b").with("x", "1").with("x", "2");
    assertEquals(Optional.of("200"), status(request(request)));
    Fields seen = net.session().request();
    assertEquals(List.of("1", "2"), seen.all("x"));
    assertEquals(Optional.of("a=b"), seen.get("cookie"));
  }
}
