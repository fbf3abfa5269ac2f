package dev.ahti.engine.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.dialect.SettingsOffer.FlowLimits;
import dev.ahti.engine.dialect.SettingsOffer.Limits;
import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.wire.SettingsFrame;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("the settings of all drafts, as bytes")
class SettingsOfferTest {

  private static final Limits SIXTEEN = Limits.sessions(16);
  private static final Limits WITH_FLOW =
      new Limits(16, Optional.of(new FlowLimits(1_048_576, 100, 100)));

  private static void assertBytes(String vector, Map<Long, Long> settings) {
    assertEquals(
        Vectors.load("settings", vector), SettingsFrame.encodeControlStream(settings), vector);
  }

  @Test
  void offersD16AsTheVectorsDo() {
    DialectPolicy d16 = DialectPolicy.only(Draft.D16);
    assertBytes("server D16", SettingsOffer.server(d16, WITH_FLOW));
    assertBytes("client D16", SettingsOffer.client(d16, WITH_FLOW));
  }

  @Test
  void offersD02AsTheVectorsDo() {
    DialectPolicy d02 = DialectPolicy.only(Draft.D02);
    assertBytes("D02", SettingsOffer.server(d02, SIXTEEN));
    assertBytes("D02", SettingsOffer.client(d02, SIXTEEN));
    assertBytes("D02", SettingsOffer.client(d02, WITH_FLOW));
  }

  @ParameterizedTest
  @CsvSource({
    "D16, server D16 without flow control, client D16 without flow control",
    "D14, server D14 one session, client D14 one session",
    "D07, server D07 16 sessions, client D07 16 sessions"
  })
  void offersNoFlowControlUnlessItHasLimits(Draft draft, String server, String client) {
    DialectPolicy policy = DialectPolicy.only(draft);
    assertBytes(server, SettingsOffer.server(policy, SIXTEEN));
    assertBytes(client, SettingsOffer.client(policy, SIXTEEN));
  }

  @Test
  void offersAllDraftsSideBySide() {
    assertBytes("server all 16 sessions", SettingsOffer.server(DialectPolicy.all(), SIXTEEN));
    assertBytes("client all 16 sessions", SettingsOffer.client(DialectPolicy.all(), SIXTEEN));
  }

  /** What every browser sees of a server that is not told otherwise. */
  @Test
  void offersAllDraftsWithFlowControlByDefault() {
    Limits limits = new Limits(16, Optional.of(new FlowLimits(8_388_608, 128, 128)));
    assertBytes("server all by default", SettingsOffer.server(DialectPolicy.all(), limits));
    assertBytes("client all by default", SettingsOffer.client(DialectPolicy.all(), limits));
  }

  /** Draft 12 has limits, and without ours its sessions could not begin. */
  @ParameterizedTest
  @EnumSource
  void offersLimitsInEveryDraftThatMayHaveThem(Draft draft) {
    DialectPolicy policy = DialectPolicy.only(draft);
    boolean has = draft != Draft.D02;
    for (Map<Long, Long> offer :
        List.of(SettingsOffer.server(policy, WITH_FLOW), SettingsOffer.client(policy, WITH_FLOW))) {
      assertEquals(has ? 1_048_576L : null, offer.get(0x2b61L));
      assertEquals(has ? 100L : null, offer.get(0x2b64L));
      assertEquals(has ? 100L : null, offer.get(0x2b65L));
    }
  }

  @Test
  void offersSeveralSessionsToD14OnlyWithFlowControl() {
    DialectPolicy d14 = DialectPolicy.only(Draft.D14);
    assertEquals(1, SettingsOffer.server(d14, SIXTEEN).get(0x14e9cd29L));
    assertEquals(16, SettingsOffer.server(d14, WITH_FLOW).get(0x14e9cd29L));
  }

  @ParameterizedTest
  @CsvSource({"D02, 16", "D07, 16", "D14, 1", "D16, 1"})
  void limitsSessionsWithoutFlowControlByDialect(Draft draft, long sessions) {
    assertEquals(sessions, SIXTEEN.sessionsFor(Dialect.of(draft), false));
    // What is offered does not count, only what was negotiated.
    assertEquals(sessions, WITH_FLOW.sessionsFor(Dialect.of(draft), false));
    assertEquals(16, WITH_FLOW.sessionsFor(Dialect.of(draft), true));
  }

  @ParameterizedTest
  @EnumSource(Draft.class)
  void offersWhatItsOwnNegotiationAccepts(Draft draft) {
    DialectPolicy only = DialectPolicy.only(draft);
    DialectNegotiation.Chosen chosen = new DialectNegotiation.Chosen(Dialect.of(draft));
    Map<Long, Long> server = SettingsOffer.server(DialectPolicy.all(), SIXTEEN);
    Map<Long, Long> client = SettingsOffer.client(only, SIXTEEN);
    assertEquals(chosen, DialectNegotiation.client(server, only));
    assertEquals(
        chosen,
        DialectNegotiation.server(client, Dialect.of(draft).protocolToken(), DialectPolicy.all()));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MAX_VALUE})
  void refusesLimitsThatCannotBeMeant(long limit) {
    assertThrows(IllegalArgumentException.class, () -> Limits.sessions(limit));
    assertThrows(IllegalArgumentException.class, () -> new FlowLimits(limit, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new FlowLimits(1, limit, 1));
    assertThrows(IllegalArgumentException.class, () -> new FlowLimits(1, 1, limit));
  }

  @Test
  void refusesAPolicyWithoutDrafts() {
    EnumSet<Draft> none = EnumSet.noneOf(Draft.class);
    assertThrows(IllegalArgumentException.class, () -> DialectPolicy.all().withAllowed(none));
  }
}
