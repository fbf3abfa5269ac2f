package dev.ahti.webtransport.impl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.WebTransportSyntaxException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("the URL Standard, for absolute URLs with the scheme https")
class WebTransportUrlTest {

  @ParameterizedTest
  @CsvSource({
    "https://example.org, example.org, 443, example.org, /",
    "https://example.org:443/a, example.org, 443, example.org, /a",
    "https://example.org:4433/a?b=c, example.org, 4433, example.org:4433, /a?b=c",
    "https://example.org?b=c, example.org, 443, example.org, /?b=c",
    "https://example.org/?, example.org, 443, example.org, /?",
    "HTTPS://127.0.0.1:1/x%20y, 127.0.0.1, 1, 127.0.0.1:1, /x%20y",
    "https://[::1]:4433/echo, ::1, 4433, [::1]:4433, /echo",
    // Ports.
    "https://a:/, a, 443, a, /",
    "https://a:00443/, a, 443, a, /",
    "https://a:0/, a, 0, a:0, /",
    "https://a:000000000001/, a, 1, a:1, /",
    "https://a:65535/, a, 65535, a:65535, /",
    // User information.
    "https://user@a/, a, 443, a, /",
    "https://user:word@a:1/, a, 1, a:1, /",
    "https://us@er:wo@rd@a/, a, 443, a, /",
    "https://:@a/, a, 443, a, /",
    // Slashes of either kind, as many as there are.
    "https:a, a, 443, a, /",
    "https:/a, a, 443, a, /",
    "https:///a/b, a, 443, a, /b",
    "https:\\\\a\\b, a, 443, a, /b",
    "https:/\\/a\\b/c, a, 443, a, /b/c",
    // Letter case, and what is around it.
    "hTTps://EXAMPLE.org/A, example.org, 443, example.org, /A",
    "'  https://a/b \u0001', a, 443, a, /b",
    "'ht\ttps://a\n/b\r', a, 443, a, /b",
    // Names in other scripts.
    "https://b\u00fccher.example/, xn--bcher-kva.example, 443, xn--bcher-kva.example, /",
    "https://\u4f8b\u3048.\u30c6\u30b9\u30c8/, xn--r8jz45g.xn--zckzah, 443, xn--r8jz45g.xn--zckzah, /",
    "https://\uff27\uff4f.example/, go.example, 443, go.example, /",
    "https://a\u3002b/, a.b, 443, a.b, /",
    "https://xn--bcher-kva.example/, xn--bcher-kva.example, 443, xn--bcher-kva.example, /",
    "https://ex%61mple.org/, example.org, 443, example.org, /",
    "https://b%C3%BCcher.example/, xn--bcher-kva.example, 443, xn--bcher-kva.example, /",
    "https://a_b.example./, a_b.example., 443, a_b.example., /",
    // IPv4 in every form that readers know.
    "https://127.1/, 127.0.0.1, 443, 127.0.0.1, /",
    "https://0x7f.1/, 127.0.0.1, 443, 127.0.0.1, /",
    "https://0X7F000001/, 127.0.0.1, 443, 127.0.0.1, /",
    "https://017700000001/, 127.0.0.1, 443, 127.0.0.1, /",
    "https://2130706433/, 127.0.0.1, 443, 127.0.0.1, /",
    "https://1.2.3/, 1.2.0.3, 443, 1.2.0.3, /",
    "https://1.65535/, 1.0.255.255, 443, 1.0.255.255, /",
    "https://1.2.3.4./, 1.2.3.4, 443, 1.2.3.4, /",
    "https://0x/, 0.0.0.0, 443, 0.0.0.0, /",
    "https://%31%32%37.1/, 127.0.0.1, 443, 127.0.0.1, /",
    "https://\uff11.1/, 1.0.0.1, 443, 1.0.0.1, /",
    // IPv6.
    "https://[2001:DB8:0:0:1:0:0:1]/, 2001:db8::1:0:0:1, 443, [2001:db8::1:0:0:1], /",
    "https://[::ffff:127.0.0.1]:1/, 127.0.0.1, 1, [::ffff:7f00:1]:1, /",
    "https://[1:2:3:4:5:6:7::]/, 1:2:3:4:5:6:7:0, 443, [1:2:3:4:5:6:7:0], /",
    // Paths.
    "https://a/b/../c, a, 443, a, /c",
    "https://a/b/./c, a, 443, a, /b/c",
    "https://a/b/.., a, 443, a, /",
    "https://a/b/., a, 443, a, /b/",
    "https://a/../../b, a, 443, a, /b",
    "https://a/b/%2e%2E/c, a, 443, a, /c",
    "https://a/b/.%2e/c, a, 443, a, /c",
    "https://a/b/%2E/c, a, 443, a, /b/c",
    "https://a//b//, a, 443, a, //b//",
    "https://a/b//../c, a, 443, a, /b/c",
    "https://a/..., a, 443, a, /...",
    "https://a\\b\\..\\c?d\\e, a, 443, a, /c?d\\e",
    "'https://a/b c', a, 443, a, /b%20c",
    "https://a/\u00fc\u20ac, a, 443, a, /%C3%BC%E2%82%AC",
    "https://a/%zz%, a, 443, a, /%zz%",
    "'https://a/\"<>`{}^|', a, 443, a, /%22%3C%3E%60%7B%7D%5E|",
    "https://a/'~!$&()*+, a, 443, a, /'~!$&()*+",
    "https://a/b;c=d:e@f, a, 443, a, /b;c=d:e@f",
    // Queries.
    "'https://a/?b c', a, 443, a, /?b%20c",
    "https://a/?\u00fc, a, 443, a, /?%C3%BC",
    "'https://a/?\"<>''', a, 443, a, '/?%22%3C%3E%27'",
    "https://a/?`{}^|, a, 443, a, /?`{}^|",
    "https://a/?b?c=/../d, a, 443, a, /?b?c=/../d",
    "https://a?@b, a, 443, a, /?@b"
  })
  void takesHostPortAuthorityAndPathWithQuery(
      String url, String host, int port, String authority, String path) {
    assertEquals(new WebTransportUrl(host, port, authority, path), WebTransportUrl.parse(url));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "http://example.org/",
        "wss://example.org/",
        "example.org",
        "//example.org/",
        "/path",
        "://a",
        "1https://a/",
        "https",
        "https:",
        "https://",
        "https:///",
        "https://?b",
        "https://user@/",
        "https://user@:1/",
        "https://:1/",
        "https://example.org/#fragment",
        "https://example.org/#",
        "https://example.org#",
        "https://example.org:65536/",
        "https://example.org:99999999999999999999/",
        "https://example.org:-1/",
        "https://example.org:+1/",
        "https://example.org:1a/",
        "https://example.org:1:2/",
        "https://exa mple.org/",
        "https://exa%20mple.org/",
        "https://a%00b/",
        "https://a%2fb/",
        "https://a%zz/",
        "https://a<b/",
        "https://a|b/",
        "https://a^b/",
        "https://a[b]/",
        "https://[/",
        "https://[]/",
        "https://[::1/",
        "https://::1/",
        "https://[::1]x/",
        "https://[::1%25lo]/",
        "https://[1.2.3.4]/",
        "https://[1:2:3]/",
        "https://256.1.1.1/",
        "https://1.2.3.4.5/",
        "https://1..2/",
        "https://4294967296/",
        "https://1.2.65536/",
        "https://0x1g.0x/",
        "https://08.1/",
        "https://a.1/",
        "https://\u00ad/"
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

  @Test
  void port0IsOneOfTheBadOnes() {
    assertTrue(WebTransportUrl.parse("https://a:0/").isBlocked());
    assertFalse(WebTransportUrl.parse("https://a/").isBlocked());
  }
}
