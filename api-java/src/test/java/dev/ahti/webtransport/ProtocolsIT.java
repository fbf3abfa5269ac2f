package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Quirk;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.webtransport.impl.Dialling;
import dev.ahti.webtransport.server.SessionHandler;
import dev.ahti.webtransport.server.WebTransportRoute;
import dev.ahti.webtransport.server.WebTransportServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Application protocols, headers, priorities and dialects through the public API. */
@OverBothBindings
class ProtocolsIT {
  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
  private final SessionHandler handler = accepted::add;

  private WebTransportServer routes(WebTransportServer server) {
    WebTransportRoute route = WebTransportRoute.of(handler);
    return server
        .withRoute("/chat", route.withProtocols("chat.v3", "chat.v2"))
        .withRoute("/last", route.withProtocolSelector(o -> Optional.of(o.get(o.size() - 1))))
        .withRoute(
            "/headers", route.withResponseHeaders(WebTransportHeaders.EMPTY.with("X-Node", "a7")));
  }

  private Loopback start(String config) throws Exception {
    return Loopback.start(config, Map.of(), this::routes);
  }

  private WebTransport server() throws InterruptedException {
    return accepted.poll(20, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @EnumSource
  void bothSidesSpeakWhatTheServerPrefersOfWhatTheClientOffers(WebTransportDraft draft)
      throws Exception {
    try (Loopback loopback = start("")) {
      WebTransportOptions options =
          loopback.trusting().withDrafts(draft).withRequiredProtocols("chat.v1", "chat.v2");
      WebTransport client = loopback.connect("/chat", options);
      assertEquals("chat.v2", client.protocol());
      assertEquals("chat.v2", server().protocol());
      assertEquals(Optional.empty(), client.info().responseHeaders().first("wt-protocol"));
      client.close();
    }
  }

  @Test
  void protocolIsEmptyWithoutOneInCommonAndUntilItIsKnown() throws Exception {
    try (Loopback loopback = start("")) {
      WebTransport client =
          WebTransport.connect(
              loopback.system,
              loopback.binding.url() + "/chat",
              loopback.trusting().withProtocols("other"));
      assertEquals("", client.protocol());
      await(client.ready());
      assertEquals("", client.protocol());
      assertEquals("", server().protocol());
      client.close();
      WebTransport last = loopback.connect("/last", loopback.trusting().withProtocols("a", "b"));
      assertEquals("b", last.protocol());
      last.close();
    }
  }

  @Test
  @Conformance("H3-C-15")
  void aDemandThatIsNotMetFailsTheSessionOnBothSides() throws Exception {
    try (Loopback loopback = start("")) {
      WebTransport client =
          WebTransport.connect(
              loopback.system,
              loopback.binding.url() + "/chat",
              loopback.trusting().withRequiredProtocols("other"));
      Throwable failure = failure(client.ready());
      assertTrue(String.valueOf(failure.getMessage()).contains("protocol"), failure::getMessage);
      Throwable seen = failure(server().closed());
      // HTTP/2 has no number for it yet.
      boolean http3 = Bindings.current() == WebTransportHttpVersion.HTTP_3;
      String code = http3 ? "0x817b3dd" : "0x1";
      assertTrue(String.valueOf(seen.getMessage()).endsWith(code), seen::getMessage);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\u00e4", "a\n"})
  void namesThatCannotTravelAreRefusedAtOnce(String name) {
    WebTransportOptions options = Loopback.options();
    assertThrows(WebTransportSyntaxException.class, () -> options.withProtocols("a", name));
    assertThrows(WebTransportSyntaxException.class, () -> options.withProtocols("a", "a"));
    assertThrows(WebTransportSyntaxException.class, () -> options.withProtocols("a".repeat(513)));
    assertThrows(WebTransportSyntaxException.class, options::withRequiredProtocols);
  }

  @Test
  @Conformance("H3-C-28")
  void headersAndPriorityReachTheServerAndItsHeadersTheClient() throws Exception {
    try (Loopback loopback = start("")) {
      WebTransportOptions options =
          loopback
              .trusting()
              .withHeaders(WebTransportHeaders.EMPTY.with("Authorization", "Bearer x"))
              .withPriority(new WebTransportPriority(5, true));
      WebTransport client = loopback.connect("/headers", options);
      assertEquals(
          List.of(Map.entry("authorization", "Bearer x"), Map.entry("priority", "u=5, i")),
          server().info().requestHeaders().entries());
      assertEquals(List.of(Map.entry("x-node", "a7")), client.info().responseHeaders().entries());
      client.close();
    }
  }

  @Test
  void nothingIsSentOfItsOwnAccord() throws Exception {
    try (Loopback loopback = start("")) {
      WebTransport client = loopback.connect("/headers");
      assertEquals(List.of(), server().info().requestHeaders().entries());
      client.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host", "Connection", "WT-Protocol", "Content-Length", "te", "Upgrade"})
  void headersOfTheProtocolAreRefusedByNameOnEitherSide(String name) {
    WebTransportHeaders headers = WebTransportHeaders.EMPTY.with(name, "x");
    for (IllegalArgumentException refused :
        List.of(
            assertThrows(
                IllegalArgumentException.class, () -> Loopback.options().withHeaders(headers)),
            assertThrows(
                IllegalArgumentException.class,
                () -> WebTransportRoute.of(handler).withResponseHeaders(headers)))) {
      assertTrue(
          refused.getMessage().startsWith("header: " + name.toLowerCase(java.util.Locale.ROOT)),
          refused::getMessage);
    }
  }

  @Test
  void tooManyHeadersFailBeforeAnythingIsSent() throws Exception {
    try (Loopback loopback = start("ahti.headers.fields = 2")) {
      WebTransportHeaders three =
          WebTransportHeaders.EMPTY.with("a", "1").with("b", "2").with("c", "3");
      WebTransport client =
          WebTransport.connect(
              loopback.system,
              loopback.binding.url() + "/headers",
              loopback.trusting().withHeaders(three));
      String message = String.valueOf(failure(client.ready()).getMessage());
      assertTrue(message.contains("ahti.headers.fields"), message);
      assertTrue(message.startsWith("headers: 3"), message);
      loopback.awaitGauge(Gauges.HEADERS_REFUSED, 1);
      assertEquals(0, accepted.size());
    }
  }

  @Test
  @Conformance({"H3-C-07", "H3-C-29"})
  void onBehalfOfAPageTheOriginIsSentAndFailuresAreNotTold() throws Exception {
    try (Loopback loopback =
        Loopback.start("", Map.of(), s -> routes(s).withOrigins("https://page.example"))) {
      WebTransportOptions page = loopback.trusting().onBehalfOf("https://page.example");
      WebTransport client = loopback.connect("/headers", page);
      assertEquals(Optional.of("https://page.example"), server().info().origin());
      client.close();
      for (WebTransport refused :
          List.of(
              connect(loopback, "/nowhere", page),
              connect(loopback, "/headers", loopback.trusting().onBehalfOf("https://evil.example")),
              connect(
                  loopback,
                  "/headers",
                  page.withDrafts(WebTransportDraft.DRAFT_02)
                      .withServerCertificateHashes(WebTransportHash.sha256("00".repeat(32)))))) {
        WebTransportError error =
            assertInstanceOf(WebTransportError.class, failure(refused.ready()));
        assertEquals("the session could not be established", error.getMessage());
        assertEquals(OptionalInt.empty(), error.httpStatus());
        assertEquals(error.getMessage(), failure(refused.closed()).getMessage());
      }
    }
  }

  private static WebTransport connect(Loopback loopback, String path, WebTransportOptions options) {
    return WebTransport.connect(loopback.system, loopback.binding.url() + path, options);
  }

  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_3,
      because = "the drafts that it pins are those of HTTP/3")
  @Test
  void theConfigurationPinsDraftsUnlessOptionsDo() throws Exception {
    try (Loopback loopback = start("ahti.dialects.drafts = [D02, D14]")) {
      WebTransport client = loopback.connect("/headers");
      assertEquals(WebTransportDraft.DRAFT_14, client.info().draft());
      client.close();
      WebTransport old =
          loopback.connect("/headers", loopback.trusting().withDrafts(WebTransportDraft.DRAFT_02));
      assertEquals(WebTransportDraft.DRAFT_02, old.info().draft());
      old.close();
    }
  }

  @Test
  void quirksOfTheApiAreThoseOfTheEngine() throws Exception {
    assertEquals(
        Stream.of(Quirk.values()).map(Enum::name).toList(),
        Stream.of(WebTransportQuirk.values()).map(Enum::name).toList());
    try (Loopback loopback = start("ahti.dialects.tolerate.no-datagrams = on")) {
      dev.ahti.engine.actor.Ahti ahti = dev.ahti.engine.actor.Ahti.get(loopback.system);
      WebTransportDialects dialects = WebTransportDialects.configured();
      assertEquals(
          DialectPolicy.all().tolerating(Quirk.NO_DATAGRAMS), Dialling.policy(dialects, ahti));
      assertEquals(
          DialectPolicy.all().strict().tolerating(Quirk.EQUAL_LIMITS),
          Dialling.policy(dialects.strict().tolerating(WebTransportQuirk.EQUAL_LIMITS), ahti));
      assertEquals(
          DialectPolicy.all(),
          Dialling.policy(dialects.refusing(WebTransportQuirk.NO_DATAGRAMS), ahti));
    }
  }
}
