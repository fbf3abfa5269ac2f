package dev.ahti.engine.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DialectTest {

  @ParameterizedTest
  @CsvSource({
    "D02, webtransport, true, 404, false, false, false",
    "D07, webtransport, false, 404, true, false, false",
    "D14, webtransport, false, 404, true, true, false",
    "D16, webtransport-h3, false, 405, true, true, true"
  })
  void differsAsTheDraftsDo(
      Draft draft,
      String token,
      boolean draftHeader,
      int missing,
      boolean drain,
      boolean oneSession,
      boolean strict) {
    Dialect dialect = Dialect.of(draft);
    assertEquals(draft, dialect.draft());
    assertEquals(token, dialect.protocolToken());
    assertEquals(draftHeader, dialect.sendsDraftHeader());
    assertEquals(missing, dialect.missingResourceStatus());
    assertEquals(drain, dialect.hasDrain());
    assertEquals(oneSession, dialect.limitsUncontrolledSessions());
    assertEquals(strict, dialect.strictLimits());
    assertEquals(draft.name(), dialect.toString());
    assertSame(dialect, Dialect.of(draft));
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
