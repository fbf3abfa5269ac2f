package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.server.ServerCertificate;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebTransportOptionsTest {

  @Test
  void aCopyChangesOneThingAndKeepsTheOthers() {
    Map<String, Object> defaults = read(WebTransportOptions.create());
    WebTransportOptions all = everything();
    Map<String, Object> set = read(all);
    set.forEach((getter, value) -> assertNotEquals(defaults.get(getter), value, getter));
    assertEquals(set, read(all.withConnectTimeout(all.connectTimeout())));
    assertEquals(defaults, read(WebTransportOptions.create()));
  }

  @Test
  void aDialHasThirtySecondsUnlessSet() {
    assertEquals(Duration.ofSeconds(30), WebTransportOptions.create().connectTimeout());
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://example.org", "http://[::1]:8080", "null"})
  void anOriginOfAPageCanBeSent(String origin) {
    WebTransportOptions options = WebTransportOptions.create();
    assertEquals(Optional.of(origin), options.withOrigin(origin).origin());
    assertEquals(Optional.of(origin), options.onBehalfOf(origin).origin());
  }

  /** RFC 6454, section 7: null, or one origin or more; a browser sends one. */
  @ParameterizedTest
  @ValueSource(
      strings = {"", "*", "example.org", "https://a/", "https://a/b", "https://a https://b", "a b"})
  void whatIsNoOriginCannotBeSent(String text) {
    WebTransportOptions options = WebTransportOptions.create();
    for (UnaryOperator<String> sending :
        List.<UnaryOperator<String>>of(
            value -> options.withOrigin(value).toString(),
            value -> options.onBehalfOf(value).toString())) {
      String why =
          assertThrows(IllegalArgumentException.class, () -> sending.apply(text)).getMessage();
      assertTrue(why.startsWith("origin: " + text + " (expected: null, scheme://host"), why);
    }
  }

  /** Every option has another value than its default. */
  private static WebTransportOptions everything() {
    ServerCertificate any = ServerCertificate.selfSigned("localhost");
    return WebTransportOptions.create()
        .withServerCertificateHashes(WebTransportHash.sha256("00ff".repeat(16)))
        .withTrustedAuthorities(any.chain())
        .withoutCertificateCheck()
        .withHeaders(WebTransportHeaders.EMPTY.with("x-a", "1"))
        .withRequiredProtocols("chat")
        .withPriority(new WebTransportPriority(1, true))
        .onBehalfOf("https://example.org")
        .withDrafts(WebTransportDraft.DRAFT_07)
        .withHttpVersions(WebTransportHttpVersion.HTTP_2)
        .withConnectTimeout(Duration.ofSeconds(3))
        .withAllowPooling(true)
        .withClientCertificate(new ClientCertificate(any.key(), any.chain()))
        .withKeyingMaterialExport()
        .withCongestionControl(WebTransportCongestionControl.LOW_LATENCY)
        .withCongestionControlAlgorithm(CongestionControlAlgorithm.BBR)
        .withRequireUnreliable(true)
        .withAnticipatedConcurrentIncomingUnidirectionalStreams(0)
        .withAnticipatedConcurrentIncomingBidirectionalStreams(65535)
        .withDatagramsReadableType(ReadableStreamType.BYTES)
        .withMaxData(1 << 20)
        .withMaxStreamsBidirectional(3)
        .withMaxStreamsUnidirectional(4)
        .withPartitionKey("a");
  }

  /** What each getter says. */
  private static Map<String, Object> read(WebTransportOptions options) {
    Map<String, Object> values = new LinkedHashMap<>();
    Arrays.stream(WebTransportOptions.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getReturnType() != WebTransportOptions.class)
        .forEach(getter -> values.put(getter.getName(), call(getter, options)));
    return values;
  }

  private static Object call(Method getter, WebTransportOptions options) {
    try {
      return getter.invoke(options);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new AssertionError(e);
    }
  }
}
