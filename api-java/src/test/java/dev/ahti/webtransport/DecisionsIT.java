package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.server.SessionHandler;
import dev.ahti.webtransport.server.WebTransportAnswer;
import dev.ahti.webtransport.server.WebTransportRequest;
import dev.ahti.webtransport.server.WebTransportRoute;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes that decide about each request, and the paths they are found by. */
@OverBothBindings
class DecisionsIT {
  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();
  private final BlockingQueue<WebTransportRequest> requests = new LinkedBlockingQueue<>();
  private final BlockingQueue<CompletableFuture<WebTransportAnswer>> decisions =
      new LinkedBlockingQueue<>();
  private final SessionHandler handler = accepted::add;

  /** Decides when the test does. */
  private WebTransportRoute later() {
    return WebTransportRoute.deciding(
        request -> {
          requests.add(request);
          CompletableFuture<WebTransportAnswer> decision = new CompletableFuture<>();
          decisions.add(decision);
          return decision;
        });
  }

  private static WebTransportRoute at(WebTransportAnswer answer) {
    return WebTransportRoute.deciding(request -> answer.now());
  }

  private static Loopback start(UnaryOperator<WebTransportServer> setup) throws Exception {
    return Loopback.start("", Map.of(), setup);
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    return queue.poll(20, TimeUnit.SECONDS);
  }

  private static WebTransport dial(Loopback net, String path) {
    return WebTransport.connect(net.system, net.binding.url() + path, net.trusting());
  }

  private static int refusal(WebTransport session) throws Exception {
    return ((WebTransportError) failure(session.ready())).httpStatus().orElseThrow();
  }

  @Test
  void aSessionOpensWhenItsDecisionHasComeWithItsProtocolAndHeaders() throws Exception {
    try (Loopback net =
        start(
            server ->
                server.withRoute(
                    "/",
                    later()
                        .withProtocols("a", "b")
                        .withResponseHeaders(WebTransportHeaders.EMPTY.with("x-route", "1"))))) {
      WebTransport client =
          WebTransport.connect(
              net.system, net.binding.url() + "/", net.trusting().withProtocols("a", "b"));
      CompletableFuture<WebTransportAnswer> decision = next(decisions);
      net.awaitGauge(Gauges.REQUESTS_UNDECIDED, 1);
      assertFalse(client.ready().toCompletableFuture().isDone());
      decision.completeAsync(
          () ->
              WebTransportAnswer.accept(handler)
                  .withProtocol("b")
                  .withHeaders(WebTransportHeaders.EMPTY.with("x-answer", "2")));
      await(client.ready());
      assertEquals("b", client.protocol());
      WebTransportHeaders headers = client.info().responseHeaders();
      assertEquals(Optional.of("1"), headers.first("x-route"));
      assertEquals(Optional.of("2"), headers.first("x-answer"));
      assertEquals("b", next(accepted).protocol());
      net.awaitGauge(Gauges.REQUESTS_UNDECIDED, 0);
      client.close();
    }
  }

  @Test
  void withoutOneOfItsOwnAnAnswerHasTheProtocolOfItsRoute() throws Exception {
    try (Loopback net =
        start(
            server ->
                server.withRoute("/", at(WebTransportAnswer.accept(handler)).withProtocols("a")))) {
      WebTransport client = net.connect("/", net.trusting().withProtocols("b", "a"));
      assertEquals("a", client.protocol());
      client.close();
    }
  }

  @Test
  void aRefusalHasItsStatusHeadersAndBody() throws Exception {
    WebTransportAnswer answer =
        WebTransportAnswer.refuse(402)
            .withHeaders(WebTransportHeaders.EMPTY.with("retry-after", "7"))
            .withBody("Pay first.");
    try (Loopback net =
            start(
                server ->
                    server
                        .withRoute("/", at(answer))
                        .withRoute(
                            "/json",
                            at(
                                WebTransportAnswer.refuse(599)
                                    .withBody("application/json", ByteString.fromString("{}")))));
        RawRequests raw = RawRequests.to(net)) {
      RawRequests.Answer text = raw.open(RawRequests.session("/")).answer();
      assertEquals(402, text.status());
      assertEquals("7", text.field("retry-after"));
      assertEquals("text/plain; charset=utf-8", text.field("content-type"));
      assertEquals("Pay first.", text.text());
      assertEquals("FIN", text.end());
      RawRequests.Answer json = raw.open(RawRequests.session("/json")).answer();
      assertEquals(599, json.status());
      assertEquals("application/json", json.field("content-type"));
      assertEquals("{}", json.text());
      assertEquals(402, refusal(dial(net, "/")));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 200, 204, 302, 399, 600, -1})
  void aRefusalHasAStatusOfOne(int status) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> WebTransportAnswer.refuse(status));
    assertEquals("status: " + status + " (expected: 400 to 599)", refused.getMessage());
  }

  @Test
  void headersOfTheProtocolAndLongBodiesAreRefusedWhenTheyAreGiven() {
    WebTransportHeaders own = WebTransportHeaders.EMPTY.with("content-length", "1");
    WebTransportAnswer.Refuse refuse = WebTransportAnswer.refuse(400);
    assertThrows(WebTransportTypeException.class, () -> refuse.withHeaders(own));
    assertThrows(
        WebTransportTypeException.class, () -> WebTransportAnswer.accept(handler).withHeaders(own));
    assertThrows(IllegalArgumentException.class, () -> refuse.withBody("x".repeat(16385)));
    refuse.withBody("x".repeat(16384));
  }

  @Test
  void aDecisionThatFailsIsNullOrChoosesWhatWasNotOfferedIs500() throws Exception {
    try (Loopback net =
        start(
            server ->
                server
                    .withRoute(
                        "/throws",
                        WebTransportRoute.deciding(
                            request -> {
                              throw new IllegalStateException("test");
                            }))
                    .withRoute(
                        "/fails",
                        WebTransportRoute.deciding(
                            request ->
                                CompletableFuture.failedFuture(new IllegalStateException("test"))))
                    .withRoute(
                        "/null",
                        WebTransportRoute.deciding(
                            request -> CompletableFuture.completedFuture(null)))
                    .withRoute(
                        "/protocol", at(WebTransportAnswer.accept(handler).withProtocol("x"))))) {
      for (String path : List.of("/throws", "/fails", "/null", "/protocol")) {
        assertEquals(500, refusal(dial(net, path)), path);
      }
      net.awaitGauge(Gauges.REQUESTS_UNDECIDED, 0);
    }
  }

  @Test
  void aDecisionThatTakesTooLongIsCancelledAnd503() throws Exception {
    try (Loopback net =
        Loopback.start(
            "ahti.connection.decision-timeout = 100 ms",
            Map.of(),
            server -> server.withRoute("/", later()))) {
      assertEquals(503, refusal(dial(net, "/")));
      assertTrue(next(decisions).isCancelled());
      assertEquals(1, net.gauge(Gauges.REQUESTS_DECISIONS_OVERDUE));
    }
  }

  @Test
  void moreThanMayWaitAre503() throws Exception {
    try (Loopback net =
            Loopback.start(
                "ahti.connection.undecided-requests = 1",
                Map.of(),
                server -> server.withRoute("/", later()));
        RawRequests raw = RawRequests.to(net)) {
      RawRequests.Exchange first = raw.open(RawRequests.session("/"));
      CompletableFuture<WebTransportAnswer> decision = next(decisions);
      // Without flow control there is one session a connection over HTTP/3, decided or not.
      int expected = Bindings.current() == WebTransportHttpVersion.HTTP_2 ? 503 : 0;
      if (expected == 503) {
        assertEquals(503, raw.open(RawRequests.session("/")).answer().status());
        assertTrue(next(decisions).isCancelled());
      } else {
        assertEquals("RESET 0x10b", raw.open(RawRequests.session("/")).end());
      }
      decision.complete(WebTransportAnswer.refuse(404));
      assertEquals(404, first.answer().status());
    }
  }

  @Test
  void aClientThatGoesAwayCancelsTheDecision() throws Exception {
    try (Loopback net = start(server -> server.withRoute("/", later()));
        RawRequests raw = RawRequests.to(net)) {
      RawRequests.Exchange exchange = raw.open(RawRequests.session("/"));
      CompletableFuture<WebTransportAnswer> decision = next(decisions);
      exchange.cancel();
      net.awaitGauge(Gauges.REQUESTS_UNDECIDED, 0);
      Loopback.eventually("cancelled", decision::isCancelled);
      // The connection goes on.
      RawRequests.Exchange second = raw.open(RawRequests.session("/"));
      next(decisions).complete(WebTransportAnswer.refuse(404));
      assertEquals(404, second.answer().status());
    }
  }

  @Test
  void drainingAndStoppingCancelDecisions() throws Exception {
    for (boolean drain : new boolean[] {true, false}) {
      try (Loopback net = start(server -> server.withRoute("/", later()))) {
        WebTransport client = dial(net, "/");
        CompletableFuture<WebTransportAnswer> decision = next(decisions);
        await(drain ? net.binding.drain(Duration.ofSeconds(20)) : net.binding.stop());
        assertTrue(decision.isCancelled());
        failure(client.ready());
      }
    }
  }

  @Test
  void theRequestSaysWhatTheClientAsksFor() throws Exception {
    try (Loopback net = start(server -> server.withRoute("/rooms/{id}", later()))) {
      WebTransport client =
          WebTransport.connect(
              net.system,
              net.binding.url() + "/rooms/caf%C3%A9?a=1+2&b&a=%26",
              net.trusting()
                  .withProtocols("p", "q")
                  .withHeaders(WebTransportHeaders.EMPTY.with("x-test", "yes")));
      WebTransportRequest request = next(requests);
      assertEquals("/rooms/caf%C3%A9", request.path());
      assertEquals("/rooms/{id}", request.route());
      assertEquals(Map.of("id", "café"), request.pathParameters());
      assertEquals("café", request.pathParameter("id"));
      assertThrows(IllegalArgumentException.class, () -> request.pathParameter("other"));
      assertEquals("a=1+2&b&a=%26", request.query());
      assertEquals(Map.of("a", List.of("1 2", "&"), "b", List.of("")), request.queryParameters());
      assertEquals(Optional.of("1 2"), request.queryParameter("a"));
      assertEquals(Optional.empty(), request.queryParameter("c"));
      assertEquals(Optional.of("yes"), request.headers().first("X-Test"));
      assertEquals(Optional.empty(), request.origin());
      assertEquals(net.binding.url().substring("https://".length()), request.authority());
      assertEquals(List.of("p", "q"), request.protocols());
      assertTrue(request.remoteAddress().getAddress().isLoopbackAddress());
      assertEquals(List.of(), request.clientCertificates());
      assertEquals(Bindings.current(), request.httpVersion());
      assertEquals(WebTransportDraft.DRAFT_16, request.draft());
      assertFalse(request.toString().contains("1+2"));
      next(decisions).complete(WebTransportAnswer.accept(handler));
      await(client.ready());
      assertEquals(request.draft(), client.info().draft());
      assertEquals(
          1L,
          WebTransportServers.get(net.system).sessionCounts().entrySet().stream()
              .filter(entry -> entry.getKey().route().equals("/rooms/{id}"))
              .mapToLong(Map.Entry::getValue)
              .sum());
      client.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/a/b, exact",
    "/a/b?x=1, exact",
    "/a/c, one c",
    "/a/c%2Fd, one c/d",
    "/a/, rest ''",
    "/a/c/d, rest c/d",
    "/b/c/end, end c",
    "/b/c/other, rest c/other",
  })
  void anExactPathGoesBeforeAParameterAndThatBeforeTheRest(String path, String expected)
      throws Exception {
    BlockingQueue<String> found = new LinkedBlockingQueue<>();
    try (Loopback net =
        start(
            server ->
                server
                    .withRoute("/a/b", session -> found.add("exact"))
                    .withRoute("/a/{x}", says(found, "one"))
                    .withRoute("/{first}/{x*}", says(found, "rest"))
                    .withRoute("/b/{x}/end", says(found, "end")))) {
      WebTransport client = net.connect(path);
      assertEquals(expected.replace("''", ""), next(found));
      client.close();
    }
  }

  private static WebTransportRoute says(BlockingQueue<String> found, String name) {
    return WebTransportRoute.handling(
        (request, session) -> found.add(name + " " + request.pathParameter("x")));
  }

  @Test
  void aPathThatMatchesNothingIsRefusedAsBefore() throws Exception {
    try (Loopback net = start(server -> server.withRoute("/rooms/{id}", handler))) {
      int missing = refusal(dial(net, "/nothing"));
      for (String path : List.of("/rooms", "/rooms/", "/rooms/a/b", "/rooms/%ff", "/ROOMS/a")) {
        assertEquals(missing, refusal(dial(net, path)), path);
      }
    }
  }

  @Test
  void pathsThatMatchTheSameAreRefusedWhenTheyAreGiven() throws Exception {
    try (Loopback net =
        start(
            server -> {
              WebTransportServer one = server.withRoute("/rooms/{id}", session -> {});
              IllegalArgumentException refused =
                  assertThrows(
                      IllegalArgumentException.class,
                      () -> one.withRoute("/rooms/{name}", handler));
              assertEquals(
                  "path: /rooms/{name} (expected: other than /rooms/{id}, which matches the same"
                      + " paths)",
                  refused.getMessage());
              // The same text replaces what was there.
              return one.withRoute("/rooms/{id}", handler);
            })) {
      WebTransport client = net.connect("/rooms/1");
      assertEquals("/rooms/1", next(accepted).info().path());
      client.close();
    }
  }
}
