package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.webtransport.server.ServerCertificate;
import dev.ahti.webtransport.server.SessionHandler;
import dev.ahti.webtransport.server.WebTransportAnswer;
import dev.ahti.webtransport.server.WebTransportOrigins;
import dev.ahti.webtransport.server.WebTransportRoute;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.wtspec.RawFields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Which pages may open sessions: what a request with an Origin, as it is on the wire, gets. */
@OverBothBindings
class OriginsIT {
  private static final SessionHandler CLOSE = WebTransport::close;
  private static final ServerCertificate LOCALHOST = ServerCertificate.selfSigned("localhost");

  /** What each of these origins gets; an empty one stands for none. */
  private static Map<String, Integer> statuses(
      UnaryOperator<WebTransportServer> setup, String path, List<String> origins) throws Exception {
    Map<String, Integer> statuses = new LinkedHashMap<>();
    try (Loopback net = Loopback.start("", Map.of(), setup)) {
      for (String origin : origins) {
        // One each, as over HTTP/3 without flow control there is one session a connection.
        try (RawRequests raw = RawRequests.to(net)) {
          RawFields request = RawRequests.session(path);
          RawRequests.Exchange sent =
              raw.open(origin.isEmpty() ? request : request.with("origin", origin));
          String status = sent.headers().get(":status").orElseThrow();
          statuses.put(origin, Integer.parseInt(status));
        }
      }
    }
    return statuses;
  }

  private static Map<String, Integer> expected(List<String> origins, List<String> allowed) {
    Map<String, Integer> expected = new LinkedHashMap<>();
    origins.forEach(origin -> expected.put(origin, allowed.contains(origin) ? 200 : 403));
    return expected;
  }

  private static void assertAllowed(
      UnaryOperator<WebTransportServer> setup, List<String> allowed, List<String> others)
      throws Exception {
    List<String> all = new ArrayList<>(allowed);
    all.addAll(others);
    assertEquals(
        expected(all, allowed),
        statuses(server -> setup.apply(server.withRoute("/", CLOSE)), "/", all));
  }

  @Test
  void browsersAreRefusedUnlessTheServerSaysOtherwise() throws Exception {
    List<String> others = List.of("https://localhost:4433", "https://a.example", "null");
    assertAllowed(server -> server, List.of(""), others);
    assertAllowed(
        server -> server.withOrigins("*").withOrigins(WebTransportOrigins.none()),
        List.of(""),
        others);
  }

  @Test
  void anyIsOneOriginOfWhateverKindAndNoList() throws Exception {
    assertAllowed(
        server -> server.withOrigins(WebTransportOrigins.any()),
        List.of("", "https://a.example", "null", "chrome-extension://abc"),
        List.of("https://a.example, https://b.example", "https://a.example https://b.example"));
  }

  @Test
  void sameOriginIsWhatTheClientAsksForOverHttps() throws Exception {
    assertAllowed(
        server -> server.withCertificate(LOCALHOST).withOrigins(WebTransportOrigins.sameOrigin()),
        List.of("", "https://localhost:4433"),
        List.of(
            "http://localhost:4433",
            "https://localhost",
            "https://localhost:4434",
            "https://localhost:4433.evil.example",
            "https://evil.localhost:4433",
            "https://LOCALHOST:4433",
            "https://127.0.0.1:4433",
            "null"));
  }

  /** What requests with this authority get, from a page of the same name. */
  private static int ofItself(Loopback net, String authority) {
    try (RawRequests raw = RawRequests.to(net)) {
      RawFields request =
          RawFields.of(
              ":method",
              "CONNECT",
              ":protocol",
              RawRequests.session("/").get(":protocol").orElseThrow(),
              ":scheme",
              "https",
              ":authority",
              authority,
              ":path",
              "/",
              "origin",
              "https://" + authority);
      return Integer.parseInt(raw.open(request).headers().get(":status").orElseThrow());
    }
  }

  /** DNS rebinding: whoever owns a name may let it lead here, and load a page from it before. */
  @Test
  void sameOriginIsOfANameThatTheCertificateHas() throws Exception {
    ServerCertificate shown =
        ServerCertificate.selfSigned("game.example", "*.Play.example", "127.0.0.1", "::1");
    try (Loopback net =
        Loopback.start(
            "",
            Map.of("/", CLOSE),
            server ->
                server
                    .withCertificate(shown)
                    .withCertificate("other.example", ServerCertificate.selfSigned("other.example"))
                    .withOrigins(WebTransportOrigins.sameOrigin()))) {
      for (String own :
          List.of(
              "game.example",
              "game.example:4433",
              "one.play.example",
              "other.example",
              "127.0.0.1:4433",
              "[::1]:4433")) {
        assertEquals(200, ofItself(net, own), own);
      }
      for (String foreign :
          List.of(
              "rebound.example",
              "rebound.example:4433",
              "play.example",
              "a.b.play.example",
              "xgame.example",
              "127.0.0.2",
              "[::2]:4433")) {
        assertEquals(403, ofItself(net, foreign), foreign);
      }
      net.binding.replaceCertificate(ServerCertificate.selfSigned("rebound.example"));
      assertEquals(200, ofItself(net, "rebound.example"));
      assertEquals(403, ofItself(net, "game.example"));
    }
  }

  @Test
  void namesMayBeGivenInPlaceOfThoseOfTheCertificate() throws Exception {
    try (Loopback net =
        Loopback.start(
            "",
            Map.of("/", CLOSE),
            server ->
                server.withOrigins(
                    WebTransportOrigins.sameOrigin("Game.example", "my_app.example", "0:0::1")))) {
      for (String own : List.of("game.example:444", "my_app.example", "[::1]:4433")) {
        assertEquals(200, ofItself(net, own), own);
      }
      assertEquals(403, ofItself(net, "localhost"));
    }
  }

  @Test
  void aListIsItsEntriesAndNothingElse() throws Exception {
    assertAllowed(
        server ->
            server.withOrigins(WebTransportOrigins.of("https://A.example:443", "http://b.example")),
        List.of("", "https://a.example", "http://b.example"),
        List.of("https://b.example", "https://a.example:444", "https://a.example/", "null"));
    assertThrows(IllegalArgumentException.class, () -> WebTransportOrigins.of("a.example"));
  }

  @Test
  void aFunctionDecidesAndWhomItFailsForIsRefused() throws Exception {
    assertAllowed(
        server ->
            server.withOrigins(
                WebTransportOrigins.matching(
                    origin -> {
                      if (origin.contains("fail")) {
                        throw new IllegalStateException("test");
                      }
                      return origin.endsWith(".good.example");
                    })),
        List.of("", "https://a.good.example"),
        List.of("https://good.example.evil", "https://fail.good.example"));
  }

  @Test
  void policiesAddUp() throws Exception {
    assertAllowed(
        server ->
            server
                .withCertificate(LOCALHOST)
                .withOrigins(
                    WebTransportOrigins.sameOrigin()
                        .or(WebTransportOrigins.of("https://a.example"))),
        List.of("", "https://localhost:4433", "https://a.example"),
        List.of("https://b.example"));
  }

  @Test
  void aRouteHasItsOwnInPlaceOfTheServers() throws Exception {
    WebTransportRoute route = WebTransportRoute.of(CLOSE);
    UnaryOperator<WebTransportServer> setup =
        server ->
            server
                .withOrigins("https://a.example")
                .withRoute("/", route)
                .withRoute("/public/{x}", route.withOrigins(WebTransportOrigins.any()))
                .withRoute("/none", route.withOrigins(WebTransportOrigins.none()));
    List<String> origins = List.of("", "https://a.example", "https://b.example");
    assertEquals(
        expected(origins, List.of("", "https://a.example")), statuses(setup, "/?x=1", origins));
    assertEquals(expected(origins, origins), statuses(setup, "/public/1?x", origins));
    assertEquals(expected(origins, List.of("")), statuses(setup, "/none", origins));
    // A page that may not come in does not learn which paths there are.
    assertEquals(
        Map.of("https://b.example", 403),
        statuses(setup, "/nothing", List.of("https://b.example")));
  }

  @Test
  void whoIsRefusedForItsOriginIsNotDecidedAbout() throws Exception {
    assertEquals(
        Map.of("https://b.example", 403, "", 418),
        statuses(
            server ->
                server.withRoute(
                    "/", WebTransportRoute.deciding(r -> WebTransportAnswer.refuse(418).now())),
            "/",
            List.of("https://b.example", "")));
  }
}
