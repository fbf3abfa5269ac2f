package dev.ahti.engine.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.DialectNegotiation.Chosen;
import dev.ahti.engine.dialect.DialectNegotiation.Refused;
import dev.ahti.engine.dialect.DialectNegotiation.Result;
import dev.ahti.engine.error.Scope;
import dev.ahti.engine.error.Violation;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each row of a matrix has 16 answers, one for each subset of the four settings that announce a
 * draft, counted in binary: 1 is D02, 2 is D07, 4 is D14, 8 is D16.
 *
 * <p>Answers: 2, 7, 4, 6 for the draft chosen; {@code p} for status 501; {@code m} for
 * H3_MESSAGE_ERROR on the CONNECT stream; {@code r} for WT_REQUIREMENTS_NOT_MET on the connection;
 * {@code -} for no session and nothing else.
 */
@DisplayName("draft-ietf-webtrans-http3-16 3.1 and 7.1: negotiation")
class DialectNegotiationTest {

  private static final String LEGACY = "webtransport";
  private static final String NATIVE = "webtransport-h3";

  private static final Map<Long, Long> DATAGRAMS = Map.of(0x33L, 1L);
  private static final Map<Long, Long> SERVER_BASE = Map.of(0x08L, 1L, 0x33L, 1L);

  /** Settings that announce a subset of the drafts. */
  private static Map<Long, Long> announcing(int subset, Map<Long, Long> others) {
    Map<Long, Long> settings = new HashMap<>(others);
    if ((subset & 1) != 0) {
      settings.put(0x2b603742L, 1L);
    }
    if ((subset & 2) != 0) {
      settings.put(0xc671706aL, 16L);
    }
    if ((subset & 4) != 0) {
      settings.put(0x14e9cd29L, 1L);
    }
    if ((subset & 8) != 0) {
      settings.put(0x2c7cf000L, 1L);
    }
    return settings;
  }

  private static DialectPolicy allowing(String drafts) {
    EnumSet<Draft> allowed = EnumSet.noneOf(Draft.class);
    Arrays.stream(drafts.split("\\+")).map(Draft::valueOf).forEach(allowed::add);
    return DialectPolicy.all().withAllowed(allowed);
  }

  private static char answer(Result result) {
    if (result instanceof Chosen chosen) {
      String name = chosen.dialect().draft().name();
      return name.charAt(2);
    }
    Refused refused = (Refused) result;
    if (refused.status().isPresent()) {
      assertEquals(501, refused.status().getAsInt());
      return 'p';
    }
    Optional<Violation> violation = refused.violation();
    if (violation.isEmpty()) {
      return '-';
    }
    boolean ofConnection = violation.get().scope() == Scope.CONNECTION;
    assertEquals(ofConnection ? 0x212c0d48L : 0x10e, violation.get().code());
    return ofConnection ? 'r' : 'm';
  }

  private static String serverRow(Map<Long, Long> others, String token, DialectPolicy policy) {
    StringBuilder row = new StringBuilder();
    for (int subset = 0; subset < 16; subset++) {
      row.append(answer(DialectNegotiation.server(announcing(subset, others), token, policy)));
    }
    return row.toString();
  }

  private static String clientRow(Map<Long, Long> others, DialectPolicy policy) {
    StringBuilder row = new StringBuilder();
    for (int subset = 0; subset < 16; subset++) {
      row.append(answer(DialectNegotiation.client(announcing(subset, others), policy)));
    }
    return row.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "D02+D07+D14+D16, webtransport,    72774444p2774444",
    "D02+D07+D14+D16, webtransport-h3, mmmmmmmm66666666",
    "D02+D07+D14,     webtransport,    72774444m2774444",
    "D02+D07+D14,     webtransport-h3, pppppppppppppppp",
    "D02+D16,         webtransport,    m2m2m2m2p2p2p2p2",
    "D02+D16,         webtransport-h3, mmmmmmmm66666666",
    "D07+D16,         webtransport,    7m77mm77pp77pp77",
    "D02,             webtransport,    m2m2m2m2m2m2m2m2",
    "D02,             webtransport-h3, pppppppppppppppp",
    "D07,             webtransport,    7m77mm77mm77mm77",
    "D07,             webtransport-h3, pppppppppppppppp",
    "D14,             webtransport,    mmmm4444mmmm4444",
    "D14,             webtransport-h3, pppppppppppppppp",
    "D16,             webtransport,    pppppppppppppppp",
    "D16,             webtransport-h3, mmmmmmmm66666666"
  })
  void serverTakesTheNewestCommonDraftThatFitsTheToken(String drafts, String token, String row) {
    assertEquals(row, serverRow(DATAGRAMS, token, allowing(drafts)));
  }

  @ParameterizedTest
  @CsvSource({"webtransport,    72774444pppppppp", "webtransport-h3, mmmmmmmm66666666"})
  void serverWithoutTheFallbackTakesD16AtItsWord(String token, String row) {
    DialectPolicy strict = DialectPolicy.all().refusing(Quirk.LEGACY_TOKEN);
    assertEquals(row, serverRow(DATAGRAMS, token, strict));
  }

  @ParameterizedTest
  @CsvSource({"webtransport,    m2m2m2m2p2m2m2m2", "webtransport-h3, mmmmmmmmmmmmmmmm"})
  void serverFallsBackToD02WithoutDatagramsAndRefusesTheOthers(String token, String row) {
    assertEquals(row, serverRow(Map.of(), token, DialectPolicy.all()));
    assertEquals(row, serverRow(Map.of(0x33L, 0L), token, DialectPolicy.all()));
  }

  @ParameterizedTest
  @CsvSource({"webtransport,    m2774444p2774444", "webtransport-h3, mmmmmmmm66666666"})
  void serverCanServePeersWithoutDatagrams(String token, String row) {
    DialectPolicy lenient = DialectPolicy.all().tolerating(Quirk.NO_DATAGRAMS);
    assertEquals(row, serverRow(Map.of(), token, lenient));
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "", "WebTransport", "webtransport-h2", "connect-udp"})
  void serverServesNoOtherToken(String token) {
    assertEquals("p".repeat(16), serverRow(DATAGRAMS, token, DialectPolicy.all()));
  }

  @ParameterizedTest
  @CsvSource({
    "D02+D07+D14+D16, r277444466666666",
    "D02+D07+D14,     -2774444-2774444",
    "D02+D07,         -277-277-277-277",
    "D02,             -2-2-2-2-2-2-2-2",
    "D07,             --77--77--77--77",
    "D14,             ----4444----4444",
    "D16,             rrrrrrrr66666666"
  })
  void clientTakesTheNewestCommonDraft(String drafts, String row) {
    assertEquals(row, clientRow(SERVER_BASE, allowing(drafts)));
  }

  @Test
  void clientFallsBackToD02WhereOtherRequirementsAreNotMet() {
    String row = "r2-2-2-2r2r2r2r2";
    assertEquals(row, clientRow(Map.of(), DialectPolicy.all()));
    assertEquals(row, clientRow(Map.of(0x33L, 1L), DialectPolicy.all()));
    assertEquals(row, clientRow(Map.of(0x08L, 1L), DialectPolicy.all()));
  }

  @Test
  void clientCanUseServersWithoutDatagrams() {
    DialectPolicy lenient = DialectPolicy.all().tolerating(Quirk.NO_DATAGRAMS);
    assertEquals("r277444466666666", clientRow(Map.of(0x08L, 1L), lenient));
  }

  @Test
  void clientCanUseServersThatDoNotAnnounceExtendedConnect() {
    DialectPolicy lenient = DialectPolicy.all().tolerating(Quirk.NO_EXTENDED_CONNECT);
    assertEquals("r277444466666666", clientRow(DATAGRAMS, lenient));
  }

  @Test
  void takesThePeerOfDraft05AsD02WhereAllowed() {
    Map<Long, Long> draft05 = Map.of(0x2b603743L, 1L, 0x33L, 1L);
    assertEquals('2', answer(DialectNegotiation.server(draft05, LEGACY, DialectPolicy.all())));
    assertEquals('2', answer(DialectNegotiation.client(draft05, DialectPolicy.all())));
    DialectPolicy strict = DialectPolicy.all().strict();
    assertEquals('r', answer(DialectNegotiation.client(draft05, strict)));
    // Beside a newer setting it says nothing.
    Map<Long, Long> both = announcing(4, Map.of(0x2b603743L, 1L, 0x33L, 1L));
    assertEquals('4', answer(DialectNegotiation.server(both, LEGACY, DialectPolicy.all())));
  }

  @Test
  void clientCanUseServersOfDraft15ThatSendMoreThan1() {
    DialectPolicy lenient = DialectPolicy.all().tolerating(Quirk.ENABLED_ABOVE_ONE);
    Map<Long, Long> settings = Map.of(0x08L, 1L, 0x33L, 1L, 0x2c7cf000L, 2L);
    assertEquals('6', answer(DialectNegotiation.client(settings, lenient)));
  }

  @Test
  void theDialectKeepsWhatIsTolerated() {
    DialectPolicy strict = DialectPolicy.all().strict();
    Result chosen = DialectNegotiation.client(announcing(8, SERVER_BASE), strict);
    assertEquals(new Chosen(Dialect.of(Draft.D16, Set.of())), chosen);
  }

  @Test
  void readsChromiumAndFirefoxAsD02() {
    Map<Long, Long> chromium =
        Map.of(0x01L, 65_536L, 0x2b603742L, 1L, 0x33L, 1L, 0x06L, 16_384L, 0xffd277L, 1L);
    Map<Long, Long> firefox =
        Map.of(0x01L, 65_536L, 0x2b603742L, 1L, 0x33L, 1L, 0xffd277L, 1L, 0x07L, 20L, 0x08L, 1L);
    assertEquals('2', answer(DialectNegotiation.server(chromium, LEGACY, DialectPolicy.all())));
    assertEquals('2', answer(DialectNegotiation.server(firefox, LEGACY, DialectPolicy.all())));
  }

  @Test
  void readsChromiumBehindItsFlagAsD07() {
    Map<Long, Long> chromium = Map.of(0x2b603742L, 1L, 0x33L, 1L, 0xffd277L, 1L, 0xc671706aL, 16L);
    assertEquals('7', answer(DialectNegotiation.server(chromium, LEGACY, DialectPolicy.all())));
  }

  @ParameterizedTest
  @CsvSource({"8, 2", "33, 2", "33, 4611686018427387903", "2b603742, 2"})
  void eitherSideClosesTheConnectionForAFlagThatIsNone(String id, long value) {
    Map<Long, Long> settings = Map.of(Long.parseLong(id, 16), value);
    assertSettingsError(settings, true);
    assertSettingsError(settings, false);
  }

  @Test
  void clientClosesTheConnectionForAnotherVariantOfD16() {
    assertSettingsError(Map.of(0x2c7cf000L, 2L), true);
  }

  @Test
  void serverTakesD15ClientsWithAnyValue() {
    Map<Long, Long> settings = Map.of(0x2c7cf000L, 2L, 0x33L, 1L);
    assertEquals('6', answer(DialectNegotiation.server(settings, NATIVE, DialectPolicy.all())));
  }

  @Test
  void clientThatDoesNotSpeakD16IgnoresItsSetting() {
    Map<Long, Long> settings = announcing(1, Map.of(0x2c7cf000L, 2L));
    assertEquals('2', answer(DialectNegotiation.client(settings, allowing("D02"))));
  }

  private static void assertSettingsError(Map<Long, Long> settings, boolean fromServer) {
    DialectPolicy policy = DialectPolicy.all();
    Violation violation =
        DialectNegotiation.check(settings, fromServer, policy).orElseThrow(AssertionError::new);
    assertEquals(0x109, violation.code());
    assertEquals(Scope.CONNECTION, violation.scope());
    Result result =
        fromServer
            ? DialectNegotiation.client(settings, policy)
            : DialectNegotiation.server(settings, NATIVE, policy);
    assertEquals(Optional.of(violation), ((Refused) result).violation());
  }

  @Test
  void findsNothingWrongWithSettingsItDoesNotKnow() {
    Map<Long, Long> settings = Map.of(0x21L, 7L, 0x40L, 0L, 0x3c48d522L, 9L, 0x2b603743L, 3L);
    assertTrue(DialectNegotiation.check(settings, true, DialectPolicy.all()).isEmpty());
    assertTrue(DialectNegotiation.check(settings, false, DialectPolicy.all()).isEmpty());
  }

  @DisplayName("5.1 and 5.2: sessions on a connection")
  @ParameterizedTest(name = "{0}, flow control {1}: {2}")
  @CsvSource({
    "D02, false, 9223372036854775807",
    "D02, true,  9223372036854775807",
    "D07, false, 16",
    "D07, true,  16",
    "D14, false, 1",
    "D14, true,  7",
    "D16, false, 1",
    "D16, true,  9223372036854775807",
  })
  void sessionsOnAConnectionAreLimitedAsTheDraftSays(
      Draft draft, boolean flowControl, long sessions) {
    Map<Long, Long> server = Map.of(0xc671706aL, 16L, 0x14e9cd29L, 7L, 0x2c7cf000L, 1L);
    assertEquals(sessions, DialectNegotiation.sessionLimit(server, Dialect.of(draft), flowControl));
  }
}
