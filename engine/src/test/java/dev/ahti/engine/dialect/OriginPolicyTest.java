package dev.ahti.engine.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("draft-ietf-webtrans-http3-16 3.2: origins")
class OriginPolicyTest {

  private static final OriginPolicy SOME =
      OriginPolicy.of(
          List.of("https://Example.com:443", "http://localhost:8080", "HTTP://[::1]:80"));

  @ParameterizedTest
  @CsvSource({
    "https://example.com, true",
    "http://localhost:8080, true",
    "http://[::1], true",
    "https://example.com:443, false", // no browser writes the default port
    "https://EXAMPLE.com, false", // nor capitals
    "http://example.com, false",
    "https://example.com:8443, false",
    "https://example.com/, false",
    "https://example.com.evil, false",
    "https://evil-example.com, false",
    "https://sub.example.com, false",
    "http://localhost, false",
    "http://localhost:80800, false",
    "null, false",
    "'', false",
    "*, false"
  })
  void allowsExactlyTheOriginsListed(String origin, boolean allowed) {
    assertEquals(allowed, SOME.allows(Optional.of(origin)));
  }

  @Test
  void allowsARequestWithoutOrigin() {
    assertTrue(SOME.allows(Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://example.com", "null", "chrome-extension://abc", "x"})
  void allowsAnySingleOriginWithAStar(String origin) {
    assertTrue(OriginPolicy.any().allows(Optional.of(origin)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "https://a.example,https://b.example",
        "https://a.example, https://b.example",
        "https://a.example b",
        "a\tb"
      })
  void neverAllowsAListOfOrigins(String origin) {
    assertFalse(OriginPolicy.any().allows(Optional.of(origin)));
  }

  @Test
  void allowsOpaqueOriginsIfListed() {
    assertTrue(OriginPolicy.of(List.of("null")).allows(Optional.of("null")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://my_app.example.com",
        "https://_dmarc.example:8443",
        "https://xn--bcher-kva.example",
        "https://a.example.",
        "https://192.0.2.1:444",
        "https://[2001:db8::1]:444",
        "chrome-extension://abcdefghijklmnop",
        "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc",
        "null"
      })
  void takesEveryHostThatABrowserNames(String origin) {
    assertTrue(OriginPolicy.isOrigin(origin));
    assertTrue(OriginPolicy.of(List.of(origin)).allows(Optional.of(origin)));
    assertFalse(OriginPolicy.of(List.of(origin)).allows(Optional.of(origin + "x")));
  }

  @Test
  void comparesAHostWithAnUnderscoreWithTheAuthority() {
    assertTrue(OriginPolicy.isSame("https://my_app.example:4433", "my_app.example:4433"));
    assertFalse(OriginPolicy.isSame("https://my_app.example", "my-app.example"));
  }

  @Test
  void allowsNoPageWithAnEmptyList() {
    assertFalse(OriginPolicy.of(List.of()).allows(Optional.of("https://example.com")));
    assertTrue(OriginPolicy.of(List.of()).allows(Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.com",
        "https://",
        "https://a/",
        "https://a/x",
        "https://u@a",
        "a:b",
        "https://a?q",
        "https://a#f",
        "https://*.example.com",
        "https://a:",
        "https://a:x",
        "https://a:65536",
        "https://a:-1",
        "https://:443",
        "https://[::1",
        "https://::1",
        "https://[]",
        "https://[a.b]",
        "https:/a",
        "1a://b",
        "https://a,b",
        "https://a b"
      })
  void refusesAnEntryThatIsNoOrigin(String entry) {
    List<String> entries = List.of(entry);
    assertThrows(IllegalArgumentException.class, () -> OriginPolicy.of(entries));
  }

  @Test
  void showsItsEntries() {
    assertEquals("[https://a]", OriginPolicy.of(List.of("https://A")).toString());
  }
}
