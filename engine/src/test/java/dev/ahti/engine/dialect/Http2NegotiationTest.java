package dev.ahti.engine.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.FinOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who has sessions over HTTP/2 (draft-ietf-webtrans-http2-15 3.1). */
class Http2NegotiationTest {
  private static final DialectPolicy ALL = DialectPolicy.all();

  private static Map<Long, Long> server(long connect, long enabled) {
    return Map.of(0x8L, connect, 0x2b60L, enabled);
  }

  @Test
  void bothSettingsOfTheServerAreNeeded() {
    DialectNegotiation.Chosen chosen =
        assertInstanceOf(
            DialectNegotiation.Chosen.class, Http2Negotiation.client(server(1, 1), true, ALL));
    assertEquals(HttpVersion.HTTP_2, chosen.dialect().version());
    for (Map<Long, Long> settings :
        List.of(
            server(0, 1), server(1, 0), Map.of(0x8L, 1L), Map.of(0x2b60L, 1L), Map.of(0x8L, 1L))) {
      DialectNegotiation.Refused refused =
          assertInstanceOf(
              DialectNegotiation.Refused.class, Http2Negotiation.client(settings, true, ALL));
      assertTrue(refused.violation().isEmpty(), "the connection is as good as before");
    }
  }

  @Test
  void draftsWithoutTheSettingAreServedWhenTolerated() {
    DialectPolicy lenient =
        ALL.withHttp2(new Http2Dialect(FinOrder.DRAFT_15, Set.of(Http2Quirk.NO_ENABLED_SETTING)));
    assertInstanceOf(
        DialectNegotiation.Chosen.class, Http2Negotiation.client(Map.of(0x8L, 1L), true, lenient));
    assertInstanceOf(
        DialectNegotiation.Refused.class, Http2Negotiation.client(Map.of(), true, lenient));
  }

  @Test
  void strictToleratesNothingAndKeepsTheOrder() {
    DialectPolicy lenient =
        ALL.withHttp2(new Http2Dialect(FinOrder.LEGACY, Set.of(Http2Quirk.NO_ENABLED_SETTING)));
    assertEquals(new Http2Dialect(FinOrder.LEGACY, Set.of()), lenient.strict().http2());
  }

  /** H2-S-05. */
  @ParameterizedTest
  @ValueSource(strings = {"u=-1", "u=1.5", "u=a", "=", "u=(1)"})
  void limitsThatCannotBeReadAreABadRequest(String init) {
    DialectNegotiation.Refused refused =
        assertInstanceOf(
            DialectNegotiation.Refused.class,
            Http2Negotiation.server(
                "webtransport", Fields.empty().with("webtransport-init", init), true, ALL));
    assertEquals(400, refused.status().orElseThrow());
  }

  @Test
  void weakTlsHasNoSessions() {
    DialectNegotiation.Refused asked =
        assertInstanceOf(
            DialectNegotiation.Refused.class,
            Http2Negotiation.server("webtransport", Fields.empty(), false, ALL));
    assertEquals(Http3ErrorCode.H3_MESSAGE_ERROR, asked.violation().orElseThrow().code());
    assertInstanceOf(
        DialectNegotiation.Refused.class, Http2Negotiation.client(server(1, 1), false, ALL));
  }

  @ParameterizedTest
  @ValueSource(strings = {"webtransport-h3", "websocket"})
  void otherTokensAreNotServed(String token) {
    DialectNegotiation.Refused refused =
        assertInstanceOf(
            DialectNegotiation.Refused.class,
            Http2Negotiation.server(token, Fields.empty(), true, ALL));
    assertEquals(501, refused.status().orElseThrow());
  }

  /** H2-B-13: capsules carry an application's codes as they are. */
  @Test
  void codesAreNotMapped() {
    Dialect dialect =
        assertInstanceOf(
                DialectNegotiation.Chosen.class,
                Http2Negotiation.server("webtransport", Fields.empty(), true, ALL))
            .dialect();
    assertEquals(7, dialect.toWire(7));
    assertEquals(0xffff_ffffL, dialect.toWire(1L << 40));
    assertEquals(0, dialect.toWire(-1));
    assertEquals(OptionalLong.of(0xffff_ffffL), dialect.fromWire(0xffff_ffffL));
    assertEquals(OptionalLong.empty(), dialect.fromWire(0x1_0000_0000L));
    assertEquals("webtransport", dialect.protocolToken());
    assertEquals("D16 over HTTP/2", dialect.toString());
  }

  @Test
  void sessionsAreControlledElsewhereAndLimitedByStreamsAlone() {
    Dialect dialect = Dialect.of(Http2Dialect.DRAFT_15, Quirk.usual());
    Map<Long, Long> settings = Map.of(0x2b61L, 5L, 0x2b64L, 5L, 0x2b65L, 5L);
    assertEquals(Optional.empty(), FlowNegotiation.decide(dialect, settings, settings));
    assertEquals(Long.MAX_VALUE, DialectNegotiation.sessionLimit(server(1, 1), dialect, false));
    assertEquals(429, dialect.tooManySessionsStatus().orElseThrow());
    assertEquals(405, dialect.missingResourceStatus());
    assertTrue(dialect.hasDrain());
  }
}
