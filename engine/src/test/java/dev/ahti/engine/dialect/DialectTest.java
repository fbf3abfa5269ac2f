package dev.ahti.engine.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DialectTest {

  @ParameterizedTest
  @CsvSource({
    "D02, webtransport, true, 404, false, false, false, 429",
    "D07, webtransport, false, 404, true, false, false, ",
    "D14, webtransport, false, 404, true, true, true, ",
    "D16, webtransport-h3, false, 405, true, true, true, "
  })
  void differsAsTheDraftsDo(
      Draft draft,
      String token,
      boolean draftHeader,
      int missing,
      boolean drain,
      boolean flowCapsules,
      boolean oneSession,
      Integer tooMany) {
    Dialect dialect = Dialect.of(draft);
    assertEquals(draft, dialect.draft());
    assertEquals(token, dialect.protocolToken());
    assertEquals(draftHeader, dialect.sendsDraftHeader());
    assertEquals(missing, dialect.missingResourceStatus());
    assertEquals(drain, dialect.hasDrain());
    assertEquals(flowCapsules, dialect.hasFlowControl(false));
    assertTrue(dialect.hasFlowControl(true));
    assertEquals(oneSession, dialect.limitsUncontrolledSessions());
    assertEquals(
        tooMany,
        Optional.of(dialect.tooManySessionsStatus())
            .filter(OptionalInt::isPresent)
            .map(OptionalInt::getAsInt)
            .orElse(null));
    assertEquals(draft.name(), dialect.toString());
    assertEquals(Quirk.usual(), dialect.tolerated());
    assertFalse(dialect.strictLimits());
    assertFalse(dialect.requiresOrigin());
  }

  @ParameterizedTest
  @CsvSource({
    "D02, true, false, NONE, false",
    "D07, false, false, TOKENS, false",
    "D14, false, false, STRINGS, false",
    "D16, false, true, STRINGS, true"
  })
  void holdsPeersToTheNewestTextWhenStrict(
      Draft draft,
      boolean origin,
      boolean limits,
      Dialect.ProtocolSyntax syntax,
      boolean unoffered) {
    Dialect dialect = DialectPolicy.all().strict().dialect(draft);
    assertEquals(origin, dialect.requiresOrigin());
    assertEquals(limits, dialect.strictLimits());
    assertEquals(syntax, dialect.protocolSyntax());
    assertEquals(unoffered, dialect.failsOnUnofferedProtocol());
  }

  @Test
  void eachQuirkChangesItsOwnRuleOnly() {
    DialectPolicy strict = DialectPolicy.all().strict();
    assertFalse(strict.tolerating(Quirk.NO_ORIGIN).dialect(Draft.D02).requiresOrigin());
    assertFalse(strict.tolerating(Quirk.EQUAL_LIMITS).dialect(Draft.D16).strictLimits());
    assertTrue(strict.tolerating(Quirk.NO_ORIGIN).dialect(Draft.D16).strictLimits());
    assertFalse(
        strict.tolerating(Quirk.UNOFFERED_PROTOCOL).dialect(Draft.D16).failsOnUnofferedProtocol());
    assertEquals(
        Dialect.ProtocolSyntax.TOKENS_OR_STRINGS,
        strict.tolerating(Quirk.STRING_PROTOCOLS).dialect(Draft.D07).protocolSyntax());
  }

  @ParameterizedTest
  @CsvSource({
    "D02, 42, 42",
    "D02, 255, 255",
    "D02, 256, 255",
    "D02, -1, 0",
    "D07, 256, 256",
    "D16, 4294967295, 4294967295",
    "D16, 4294967296, 4294967295",
    "D16, -9223372036854775808, 0",
    "D16, 9223372036854775807, 4294967295"
  })
  void clampsApplicationCodesToItsWidth(Draft draft, long code, long sent) {
    Dialect dialect = Dialect.of(draft);
    assertEquals(OptionalLong.of(sent), dialect.fromWire(dialect.toWire(code)));
  }

  @ParameterizedTest
  @EnumSource(Draft.class)
  @DisplayName("draft-ietf-webtrans-http3-16 4.4: a code outside the range is no application code")
  void findsNoApplicationCodeInOthers(Draft draft) {
    assertEquals(OptionalLong.empty(), Dialect.of(draft).fromWire(0x10c));
  }

  @Test
  void sendsCode42AsBrowsersDo() {
    // What Chromium put on the wire for abort(42).
    assertEquals(0x52e4a40fa906L, Dialect.of(Draft.D02).toWire(42));
  }

  @Test
  void readsWideCodesOfD02Peers() {
    assertEquals(OptionalLong.of(256), Dialect.of(Draft.D02).fromWire(0x52e4a40fa9e3L));
  }
}
