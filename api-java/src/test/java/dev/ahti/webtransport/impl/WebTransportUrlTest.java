package dev.ahti.webtransport.impl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.WebTransportSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebTransportUrlTest {

  @ParameterizedTest
  @CsvSource({
    "https://example.org, example.org, 443, example.org, /",
    "https://example.org:443/a, example.org, 443, example.org, /a",
    "https://example.org:4433/a?b=c, example.org, 4433, example.org:4433, /a?b=c",
    "https://example.org?b=c, example.org, 443, example.org, /?b=c",
    "HTTPS://127.0.0.1:1/x%20y, 127.0.0.1, 1, 127.0.0.1:1, /x%20y",
    "https://[::1]:4433/echo, ::1, 4433, [::1]:4433, /echo",
  })
  void takesHostPortAuthorityAndPathWithQuery(
      String url, String host, int port, String authority, String path) {
    assertEquals(new WebTransportUrl(host, port, authority, path), WebTransportUrl.parse(url));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.org/",
        "example.org",
        "https:///path",
        "https://example.org/#fragment",
        "https://user@example.org/",
        "https://example.org:0/",
        "https://example.org:65536/",
        "https://exa mple.org/",
        "",
      })
  void refusesWhatIsNoHttpsUrlWithoutFragmentAndNamesIt(String url) {
    WebTransportSyntaxException error =
        assertThrows(WebTransportSyntaxException.class, () -> WebTransportUrl.parse(url));
    assertTrue(error.getMessage().startsWith("url: " + url), error.getMessage());
  }

  @Test
  void saysWhatWasExpected() {
    assertEquals(
        "url: http://a/ (expected: an absolute URL with the scheme https)",
        assertThrows(WebTransportSyntaxException.class, () -> WebTransportUrl.parse("http://a/"))
            .getMessage());
  }
}
