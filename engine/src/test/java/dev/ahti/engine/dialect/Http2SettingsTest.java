package dev.ahti.engine.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.error.Http2ErrorCode;
import dev.ahti.engine.error.Scope;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.wire.FinOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("draft-ietf-webtrans-http2-15 3.1, 4.3 and 11.2: SETTINGS over HTTP/2")
class Http2SettingsTest {
  private static final Http2Dialect STRICT = Http2Dialect.DRAFT_15;
  private static final MuxLimits LIMITS =
      new MuxLimits(new InitialLimits(1, 4, 5), new StreamLimits(2, 3, 6));

  private static Http2Dialect tolerating(Http2Quirk quirk) {
    return new Http2Dialect(FinOrder.DRAFT_15, Set.of(quirk));
  }

  private static Http2Settings.Update server(Map<Long, Long> values, Http2Dialect dialect) {
    return Http2Settings.INITIAL.with(values, true, dialect);
  }

  private static Http2Settings settings(Map<Long, Long> values) {
    Http2Settings.Update update = server(values, STRICT);
    assertNull(update.violation());
    return update.settings();
  }

  private static void assertEndsConnection(@Nullable Violation violation) {
    assertNotNull(violation);
    assertEquals(Http2ErrorCode.PROTOCOL_ERROR, violation.code());
    assertEquals(Scope.CONNECTION, violation.scope());
  }

  /** Identifiers from the text, each with a value that says which limit it is. */
  @Test
  void aServerAnnouncesExtendedConnectWebTransportAndAllLimits() {
    Map<Long, Long> expected =
        Map.of(
            0x08L, 1L, 0x2b60L, 1L, 0x2b61L, 1L, 0x2b62L, 2L, 0x2b63L, 3L, 0x2b64L, 4L, 0x2b65L, 5L,
            0x2b66L, 6L);
    assertEquals(expected, Http2Settings.server(LIMITS));
    assertEquals(
        List.of(0x08L, 0x2b60L),
        new ArrayList<>(Http2Settings.server(LIMITS).keySet()).subList(0, 2));
  }

  @Test
  void aClientAnnouncesItsLimitsAlone() {
    assertEquals(
        Map.of(0x2b61L, 1L, 0x2b62L, 2L, 0x2b63L, 3L, 0x2b64L, 4L, 0x2b65L, 5L, 0x2b66L, 6L),
        Http2Settings.client(LIMITS));
  }

  @Test
  void readsTheLimitsThatTheOtherSideAnnounces() {
    assertEquals(LIMITS, settings(Http2Settings.server(LIMITS)).limits(STRICT));
    assertEquals(
        new MuxLimits(new InitialLimits(0, 0, 0), StreamLimits.NONE),
        Http2Settings.INITIAL.limits(STRICT));
  }

  @Test
  void aLimitBeyond32BitsIsAnnouncedAsTheLargestSetting() {
    MuxLimits large =
        new MuxLimits(new InitialLimits(1L << 40, 1L << 33, 7), StreamLimits.of(1L << 32));
    MuxLimits held = settings(Http2Settings.client(large)).limits(STRICT);
    assertEquals(
        new MuxLimits(
            new InitialLimits(0xffff_ffffL, 0xffff_ffffL, 7), StreamLimits.of(0xffff_ffffL)),
        held);
  }

  @Test
  void aLaterFrameChangesWhatItHasAndLeavesTheRest() {
    Http2Settings first = settings(Http2Settings.server(LIMITS));
    Http2Settings second = first.with(Map.of(0x2b61L, 9L), true, STRICT).settings();
    assertEquals(
        new MuxLimits(new InitialLimits(9, 4, 5), LIMITS.streams()), second.limits(STRICT));
    assertEquals(LIMITS, first.limits(STRICT), "what a running session began with");
  }

  @ParameterizedTest
  @CsvSource({"0, 0, false", "1, 0, false", "0, 1, false", "1, 1, true"})
  void aServerTakesSessionsOnceItHasAnnouncedBoth(long connect, long enabled, boolean takes) {
    assertEquals(takes, settings(Map.of(0x08L, connect, 0x2b60L, enabled)).offersSessions(STRICT));
  }

  @Test
  void aServerMayStopTakingSessionsAndMayNotTakeExtendedConnectBack() {
    Http2Settings on = settings(Http2Settings.server(LIMITS));
    Http2Settings.Update off = on.with(Map.of(0x2b60L, 0L), true, STRICT);
    assertNull(off.violation());
    assertFalse(off.settings().offersSessions(STRICT));
    assertEndsConnection(on.with(Map.of(0x08L, 0L), true, STRICT).violation());
    assertEndsConnection(on.with(Map.of(0x08L, 2L), true, STRICT).violation());
  }

  @Test
  void aServerThatEnablesMoreThanOneEndsTheConnection() {
    Map<Long, Long> sessions = Map.of(0x08L, 1L, 0x2b60L, 100L);
    assertEndsConnection(server(sessions, STRICT).violation());
    Http2Dialect old = tolerating(Http2Quirk.ENABLED_ABOVE_ONE);
    assertNull(server(sessions, old).violation());
    assertTrue(server(sessions, old).settings().offersSessions(old));
    assertNull(Http2Settings.INITIAL.with(sessions, false, STRICT).violation(), "of a client");
  }

  @Test
  void aServerWithoutTheSettingTakesSessionsWhereThatIsTolerated() {
    Http2Settings connect = settings(Map.of(0x08L, 1L));
    Http2Dialect old = tolerating(Http2Quirk.NO_ENABLED_SETTING);
    assertFalse(connect.offersSessions(STRICT));
    assertTrue(connect.offersSessions(old));
    Http2Settings off = settings(Map.of(0x08L, 1L, 0x2b60L, 0L));
    assertFalse(off.offersSessions(old), "it says that it does not");
  }

  @Test
  void oneLimitHoldsForTheStreamsOfBothSidesWhereThatIsTolerated() {
    Http2Dialect old = tolerating(Http2Quirk.SHARED_BIDIRECTIONAL_LIMIT);
    Http2Settings one = settings(Map.of(0x2b63L, 3L));
    assertEquals(new StreamLimits(0, 3, 0), one.limits(STRICT).streams());
    assertEquals(new StreamLimits(0, 3, 3), one.limits(old).streams());
    Http2Settings both = settings(Map.of(0x2b63L, 3L, 0x2b66L, 0L));
    assertEquals(new StreamLimits(0, 3, 0), both.limits(old).streams());
  }

  @Test
  void theReadingOfCapsulesFollowsTheDialect() {
    assertEquals(FinOrder.DRAFT_15, STRICT.reading().finOrder());
    assertFalse(STRICT.reading().shiftedSessionCapsules());
    Http2Dialect old =
        new Http2Dialect(FinOrder.LEGACY, Set.of(Http2Quirk.SHIFTED_SESSION_CAPSULES));
    assertEquals(FinOrder.LEGACY, old.reading().finOrder());
    assertTrue(old.reading().shiftedSessionCapsules());
  }
}
