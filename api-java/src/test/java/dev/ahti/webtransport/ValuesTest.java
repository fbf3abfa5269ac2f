package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {

  @ParameterizedTest
  @ValueSource(longs = {-1, 0x1_0000_0000L})
  void aCloseCodeIsAnUnsigned32BitNumber(long code) {
    assertThrows(IllegalArgumentException.class, () -> WebTransportCloseInfo.of(code));
    assertEquals(0xffff_ffffL, WebTransportCloseInfo.of(0xffff_ffffL).closeCode());
  }

  @Test
  void anErrorCodeIsClampedTo32Bits() {
    assertEquals(
        OptionalLong.of(0xffff_ffffL), WebTransportError.stream("", 1L << 40).streamErrorCode());
    assertEquals(OptionalLong.of(0), WebTransportError.stream("", -7).streamErrorCode());
    assertEquals(OptionalLong.empty(), WebTransportError.stream("").streamErrorCode());
    assertEquals(WebTransportErrorSource.STREAM, WebTransportError.stream("").source());
    assertEquals(WebTransportErrorSource.SESSION, WebTransportError.session("").source());
  }

  @Test
  void aRemoteEventCarriesNoStackTrace() {
    assertEquals(0, WebTransportError.session("gone").getStackTrace().length);
  }

  @Test
  void aHashIsSixtyFourHexDigitsWithOrWithoutColons() {
    String hex = "00ff".repeat(16);
    assertEquals(hex, WebTransportHash.sha256(hex).hex());
    assertEquals(hex, WebTransportHash.sha256(String.join(":", hex.split("(?<=\\G..)"))).hex());
    assertEquals(hex, WebTransportHash.sha256(hex.toUpperCase(java.util.Locale.ROOT)).hex());
    assertThrows(IllegalArgumentException.class, () -> WebTransportHash.sha256("00ff"));
    assertThrows(IllegalArgumentException.class, () -> WebTransportHash.sha256("zz".repeat(32)));
  }

  @Test
  void headersAreLowerCaseOrderedAndWithoutPseudoHeaders() {
    WebTransportHeaders headers = WebTransportHeaders.EMPTY.with("X-A", "1").with("x-a", "2");
    assertEquals(Optional.of("1"), headers.first("x-A"));
    assertEquals(2, headers.entries().size());
    for (String bad : new String[] {":path", ""}) {
      assertThrows(IllegalArgumentException.class, () -> headers.with(bad, "x"), bad);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Origin", "host", "WT-Available-Protocols", "te", "content-length"})
  void aHeaderThatAhtiSetsItselfIsRefused(String name) {
    WebTransportHeaders headers = WebTransportHeaders.EMPTY.with(name, "x");
    assertThrows(
        IllegalArgumentException.class, () -> WebTransportOptions.create().withHeaders(headers));
  }

  @Test
  void optionsAreImmutableCopies() {
    WebTransportOptions defaults = WebTransportOptions.create();
    WebTransportOptions changed =
        defaults
            .withDrafts(WebTransportDraft.DRAFT_07)
            .withOrigin("https://a")
            .withoutCertificateCheck();
    assertEquals(Optional.of(Set.of(WebTransportDraft.DRAFT_07)), changed.dialects().drafts());
    assertFalse(changed.checksCertificate());
    assertEquals(Optional.empty(), defaults.dialects().drafts());
    assertTrue(defaults.checksCertificate());
    assertEquals(Optional.empty(), defaults.origin());
    assertThrows(IllegalArgumentException.class, () -> defaults.withConnectTimeout(Duration.ZERO));
  }

  @Test
  void anAuthoritiesFileWithoutCertificateIsNamed(@TempDir Path folder) throws IOException {
    Path empty = Files.writeString(folder.resolve("ca.pem"), "");
    IOException error =
        assertThrows(
            IOException.class, () -> WebTransportOptions.create().withTrustedAuthorities(empty));
    assertTrue(error.getMessage().contains("ca.pem"), error.getMessage());
  }

  @Test
  void thePathIsSplitAtItsQuery() {
    WebTransportInfo info =
        new WebTransportInfo(
            WebTransportHttpVersion.HTTP_3,
            WebTransportDraft.DRAFT_16,
            java.util.Set.of(),
            "a",
            "/x?y=1?z",
            Optional.empty(),
            WebTransportHeaders.EMPTY,
            WebTransportHeaders.EMPTY,
            new java.net.InetSocketAddress("127.0.0.1", 1),
            java.util.List.of(),
            Optional.empty());
    assertEquals("/x", info.pathOnly());
    assertEquals("y=1?z", info.query());
  }
}
