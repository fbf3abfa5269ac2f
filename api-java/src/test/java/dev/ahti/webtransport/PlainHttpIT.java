package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.server.ServerCertificate;
import dev.ahti.webtransport.server.WebTransportHttp;
import dev.ahti.webtransport.server.WebTransportHttpRequest;
import dev.ahti.webtransport.server.WebTransportHttpResponse;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import dev.ahti.wtspec.RawFields;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions that answer requests which ask for no session. */
@OverBothBindings
class PlainHttpIT {
  private static final ByteString CHUNK = ByteString.fromArray(new byte[16 * 1024]);

  /**
   * What a raw peer holds that takes nothing, its window, and what may wait here: less than this.
   */
  private static final long MOST_UNREAD = 4 * 1024 * 1024;

  private final BlockingQueue<WebTransportHttpRequest> requests = new LinkedBlockingQueue<>();
  private final BlockingQueue<CompletableFuture<WebTransportHttpResponse>> decisions =
      new LinkedBlockingQueue<>();

  private static Loopback start(String config, UnaryOperator<WebTransportHttp> http)
      throws Exception {
    return Loopback.start(
        config,
        Map.of("/session", session -> {}),
        server -> server.withHttp(http.apply(WebTransportHttp.create())));
  }

  private static WebTransportHttpResponse ok() {
    return WebTransportHttpResponse.of(200);
  }

  private CompletionStage<WebTransportHttpResponse> echo(WebTransportHttpRequest request) {
    requests.add(request);
    return ok().withBody("application/octet-stream", request.body()).now();
  }

  private CompletionStage<WebTransportHttpResponse> later(WebTransportHttpRequest request) {
    requests.add(request);
    CompletableFuture<WebTransportHttpResponse> decision = new CompletableFuture<>();
    decisions.add(decision);
    return decision;
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    return queue.poll(20, TimeUnit.SECONDS);
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (i * 31 + i / 251);
    }
    return bytes;
  }

  @Test
  void aFunctionGetsTheRequestAndItsAnswerIsSent() throws Exception {
    try (Loopback net =
            start(
                "",
                http ->
                    http.withHandler(
                        "GET",
                        "/rooms/{id}",
                        request -> {
                          requests.add(request);
                          return ok().withText("Hello ☕").withHeader("x-test", "yes").now();
                        }));
        RawRequests raw = RawRequests.to(net)) {
      RawFields fields = RawRequests.plain("GET", "/rooms/caf%C3%A9?a=1+2&b").with("x-a", "b");
      RawRequests.Answer answer = raw.ask(fields);
      assertEquals(200, answer.status());
      assertEquals("Hello ☕", answer.text());
      assertEquals("text/plain; charset=utf-8", answer.field("content-type"));
      assertEquals("9", answer.field("content-length"));
      assertEquals("yes", answer.field("x-test"));
      assertTrue(answer.field("date").matches("\\w{3}, \\d\\d \\w{3} \\d{4} [\\d:]{8} GMT"));
      assertEquals("FIN", answer.end());
      WebTransportHttpRequest request = next(requests);
      assertEquals("GET", request.method());
      assertEquals("/rooms/caf%C3%A9", request.path());
      assertEquals("café", request.pathParameter("id"));
      assertThrows(IllegalArgumentException.class, () -> request.pathParameter("other"));
      assertEquals("a=1+2&b", request.query());
      assertEquals(Optional.of("1 2"), request.queryParameter("a"));
      assertEquals(Map.of("a", List.of("1 2"), "b", List.of("")), request.queryParameters());
      assertEquals(Optional.of("b"), request.headers().first("X-A"));
      assertEquals("localhost:4433", request.authority());
      assertTrue(request.remoteAddress().getAddress().isLoopbackAddress());
      assertEquals(ByteString.emptyByteString(), request.body());
      assertFalse(request.toString().contains("1+2"));

      RawRequests.Answer head = raw.send(RawRequests.plain("HEAD", "/rooms/x")).head();
      assertEquals(200, head.status());
      assertEquals("9", head.field("content-length"));
      assertEquals("FIN", head.end());
    }
  }

  @Test
  void aBodyComesWholeAndEmptyOnesToo() throws Exception {
    try (Loopback net = start("", http -> http.withHandler("POST", "/echo", this::echo));
        RawRequests raw = RawRequests.to(net)) {
      for (int size : new int[] {0, 1, 16 * 1024, 300_000}) {
        byte[] body = bytes(size);
        RawRequests.Exchange exchange = raw.open(RawRequests.plain("POST", "/echo"));
        for (int at = 0; at < size; at += 10_000) {
          exchange.write(Arrays.copyOfRange(body, at, Math.min(size, at + 10_000)));
        }
        exchange.finish(new byte[0]);
        RawRequests.Answer answer = exchange.answer();
        assertEquals(200, answer.status());
        assertTrue(Arrays.equals(body, answer.body()), "of " + size);
      }
      net.awaitGauge(Gauges.HTTP_REQUEST_BODY_BYTES, 0);
    }
  }

  @Test
  void whatIsNotThereIs404AndAnotherMethod405() throws Exception {
    try (Loopback net =
            start(
                "",
                http ->
                    http.withHandler("GET", "/a", r -> ok().now())
                        .withHandler("POST", "/a", r -> ok().now())
                        .withHandler("DELETE", "/b", r -> ok().now()));
        RawRequests raw = RawRequests.to(net)) {
      for (String path : List.of("/", "/nothing", "/a/", "/session")) {
        assertEquals(404, raw.ask(RawRequests.plain("GET", path)).status(), path);
      }
      RawRequests.Answer a = raw.ask(RawRequests.plain("PUT", "/a"));
      assertEquals(405, a.status());
      assertEquals("GET, HEAD, POST", a.field("allow"));
      RawRequests.Answer b = raw.ask(RawRequests.plain("GET", "/b"));
      assertEquals(405, b.status());
      assertEquals("DELETE", b.field("allow"));
    }
  }

  @Test
  void anAnswerWithoutABodyHasNone() throws Exception {
    try (Loopback net =
            start(
                "",
                http ->
                    http.withHandler(
                        "DELETE",
                        "/{status}",
                        r ->
                            WebTransportHttpResponse.of(Integer.parseInt(r.pathParameter("status")))
                                .now()));
        RawRequests raw = RawRequests.to(net)) {
      for (String status : List.of("204", "304")) {
        RawRequests.Answer answer = raw.ask(RawRequests.plain("DELETE", "/" + status));
        assertEquals(status, answer.field(":status"));
        assertEquals("", answer.field("content-length"));
        assertEquals("FIN", answer.end());
      }
      assertEquals("0", raw.ask(RawRequests.plain("DELETE", "/403")).field("content-length"));
    }
  }

  @Test
  void aFunctionThatFailsIs500AndNothingElseNotices() throws Exception {
    try (Loopback net =
            start(
                "ahti.headers.fields = 4",
                http ->
                    http.withHandler(
                            "GET",
                            "/throws",
                            r -> {
                              throw new IllegalStateException("test");
                            })
                        .withHandler(
                            "POST",
                            "/throws",
                            r -> {
                              throw new IllegalStateException("test");
                            })
                        .withHandler(
                            "GET",
                            "/fails",
                            r -> CompletableFuture.failedFuture(new IllegalStateException("test")))
                        .withHandler("GET", "/null", r -> CompletableFuture.completedFuture(null))
                        .withHandler(
                            "GET",
                            "/headers",
                            r ->
                                ok().withHeader("a", "1")
                                    .withHeader("b", "2")
                                    .withHeader("c", "3")
                                    .now())
                        .withHandler("GET", "/fine", r -> ok().now()));
        RawRequests raw = RawRequests.to(net)) {
      for (String path : List.of("/throws", "/fails", "/null", "/headers")) {
        assertEquals(500, raw.ask(RawRequests.plain("GET", path)).status(), path);
      }
      assertEquals(
          500, raw.send(RawRequests.plain("POST", "/throws"), new byte[3]).answer().status());
      assertEquals(200, raw.ask(RawRequests.plain("GET", "/fine")).status());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"get", "", "G T", "HEAD", "CONNECT"})
  void whatIsNoMethodIsRefused(String method) {
    WebTransportHttp http = WebTransportHttp.create();
    assertThrows(
        IllegalArgumentException.class, () -> http.withHandler(method, "/", r -> ok().now()));
  }

  @Test
  void whatIsGivenTwiceOrWronglyIsRefused() {
    WebTransportHttp http = WebTransportHttp.create().withHandler("GET", "/{a}", r -> ok().now());
    assertThrows(IllegalArgumentException.class, () -> http.withHealth("/{a}"));
    assertThrows(
        IllegalArgumentException.class, () -> http.withHandler("POST", "/{b}", r -> ok().now()));
    http.withHandler("POST", "/{a}", r -> ok().now());
    assertThrows(IllegalArgumentException.class, () -> WebTransportHttpResponse.of(199));
    assertThrows(IllegalArgumentException.class, () -> WebTransportHttpResponse.of(600));
    assertThrows(IllegalArgumentException.class, () -> ok().withHeader("content-length", "1"));
    assertThrows(IllegalArgumentException.class, () -> ok().withHeader("connection", "close"));
    assertThrows(
        IllegalArgumentException.class, () -> ok().withBody("a\nb", ByteString.emptyByteString()));
    assertThrows(IllegalArgumentException.class, () -> ok().withBody("a/b", Source.empty(), -1));
  }

  @Test
  void aBodyThatIsTooLongIs413() throws Exception {
    try (Loopback net =
            start(
                "ahti.http.request-body = 20000",
                http -> http.withHandler("POST", "/", this::echo));
        RawRequests raw = RawRequests.to(net)) {
      RawFields post = RawRequests.plain("POST", "/");
      assertEquals(200, raw.send(post, bytes(20_000)).answer().status());
      RawRequests.Exchange exchange = raw.open(post);
      exchange.write(bytes(10_000));
      exchange.write(bytes(10_001));
      assertEquals("413", exchange.headers().get(":status").orElseThrow());
      // By its own words, before any of it comes.
      assertEquals(413, raw.open(post.with("content-length", "20001")).answer().status());
      net.awaitGauge(Gauges.HTTP_REQUEST_BODY_BYTES, 0);
      assertEquals(1, net.gauge(Gauges.HTTP_REFUSED));
      assertEquals(1, requests.size());
    }
  }

  @Test
  void bodiesOfAllRequestsHaveALimit() throws Exception {
    try (Loopback net =
            start(
                "ahti.http.request-bodies = 20000",
                http -> http.withHandler("POST", "/", this::later));
        RawRequests raw = RawRequests.to(net)) {
      RawFields post = RawRequests.plain("POST", "/");
      RawRequests.Exchange first = raw.send(post, bytes(15_000));
      CompletableFuture<WebTransportHttpResponse> decision = next(decisions);
      net.awaitGauge(Gauges.HTTP_REQUEST_BODY_BYTES, 15_000);
      assertEquals(503, raw.send(post, bytes(5_001)).answer().status());
      assertEquals(1, net.gauge(Gauges.HTTP_REFUSED));
      decision.complete(ok());
      assertEquals(200, first.answer().status());
      net.awaitGauge(Gauges.HTTP_REQUEST_BODY_BYTES, 0);
    }
  }

  @Test
  void aBodyThatDoesNotComeInTimeIs408AndAFunctionThatTakesTooLong503() throws Exception {
    try (Loopback net =
            start(
                "ahti.connection.decision-timeout = 200 ms",
                http -> http.withHandler("POST", "/", this::later));
        RawRequests raw = RawRequests.to(net)) {
      RawRequests.Exchange slow = raw.open(RawRequests.plain("POST", "/"));
      slow.write(bytes(1000));
      assertEquals("408", slow.headers().get(":status").orElseThrow());
      assertEquals(0, requests.size());
      RawRequests.Exchange undecided = raw.send(RawRequests.plain("POST", "/"), bytes(10));
      CompletableFuture<WebTransportHttpResponse> decision = next(decisions);
      assertEquals(503, undecided.answer().status());
      Loopback.eventually("cancelled", decision::isCancelled);
      net.awaitGauge(Gauges.HTTP_REQUEST_BODY_BYTES, 0);
      net.awaitGauge(Gauges.REQUESTS_UNDECIDED, 0);
    }
  }

  @Test
  void aClientThatGoesAwayLeavesNothing() throws Exception {
    try (Loopback net = start("", http -> http.withHandler("POST", "/", this::later));
        RawRequests raw = RawRequests.to(net)) {
      RawRequests.Exchange part = raw.open(RawRequests.plain("POST", "/"));
      part.write(bytes(1000));
      net.awaitGauge(Gauges.HTTP_REQUEST_BODY_BYTES, 1000);
      part.cancel();
      net.awaitGauge(Gauges.HTTP_REQUEST_BODY_BYTES, 0);
      net.awaitGauge(Gauges.REQUESTS_UNDECIDED, 0);
    }
  }

  /** Endless, and counts what it was asked for and whether it was cancelled. */
  private static Source<ByteString, ?> endless(AtomicLong made, AtomicBoolean cancelled) {
    return Source.repeat(CHUNK)
        .map(
            chunk -> {
              made.addAndGet(chunk.length());
              return chunk;
            })
        .watchTermination(
            (any, end) -> {
              end.whenCompleteAsync((done, failure) -> cancelled.set(true), Runnable::run);
              return any;
            });
  }

  @Test
  void aStreamIsMadeAsTheClientTakesItAndCancelledWithIt() throws Exception {
    AtomicLong made = new AtomicLong();
    AtomicBoolean over = new AtomicBoolean();
    try (Loopback net =
            start(
                "",
                http ->
                    http.withHandler(
                            "GET", "/endless", r -> ok().withBody("a/b", endless(made, over)).now())
                        .withHandler("GET", "/fine", r -> ok().now()));
        RawRequests raw = RawRequests.to(net)) {
      RawRequests.Exchange slow = raw.send(RawRequests.plain("GET", "/endless"));
      // The client takes nothing: its window fills, then what may wait, and then no more is made.
      Loopback.eventually("made", () -> made.get() > 0);
      AtomicLong before = new AtomicLong();
      Loopback.eventually(
          "the producer waits",
          () -> {
            before.set(made.get());
            for (int round = 0; round < 20; round++) {
              assertEquals(200, raw.ask(RawRequests.plain("GET", "/fine")).status());
            }
            return made.get() == before.get();
          });
      assertEquals(1, net.gauge(Gauges.HTTP_ANSWERS_STREAMED));
      assertTrue(net.gauge(Gauges.OUTBOUND_QUEUED_BYTES) < 256 * 1024);
      assertTrue(before.get() < MOST_UNREAD, () -> "made: " + before);
      // What the client takes is made anew.
      assertEquals("200", slow.headers().get(":status").orElseThrow());
      for (long taken = 0; taken < MOST_UNREAD; ) {
        taken += slow.bytes(16 * 1024).length;
      }
      assertTrue(made.get() > MOST_UNREAD);
      assertFalse(over.get());
      slow.cancel();
      Loopback.eventually("cancelled", over::get);
      net.awaitGauge(Gauges.HTTP_ANSWERS_STREAMED, 0);
      net.awaitGauge(Gauges.OUTBOUND_QUEUED_BYTES, 0);
    }
  }

  @Test
  void aHeadOfAStreamMakesNothing() throws Exception {
    AtomicLong made = new AtomicLong();
    try (Loopback net =
            start(
                "",
                http ->
                    http.withHandler(
                        "GET",
                        "/",
                        r -> ok().withBody("a/b", endless(made, new AtomicBoolean()), 77).now()));
        RawRequests raw = RawRequests.to(net)) {
      RawRequests.Answer head = raw.send(RawRequests.plain("HEAD", "/")).head();
      assertEquals("77", head.field("content-length"));
      assertEquals("FIN", head.end());
      assertEquals(0, made.get());
    }
  }

  @Test
  void aStreamIsAsLongAsItSaysOrSeenToBeCut() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    try (Loopback net =
            start(
                "",
                http ->
                    http.withHandler(
                            "GET",
                            "/longer",
                            r ->
                                ok().withBody("a/b", endless(new AtomicLong(), over), 20_000).now())
                        .withHandler(
                            "GET",
                            "/shorter",
                            r -> ok().withBody("a/b", Source.single(CHUNK), 20_000).now())
                        .withHandler(
                            "GET",
                            "/fails",
                            r ->
                                ok().withBody(
                                        "a/b",
                                        Source.single(CHUNK)
                                            .concat(
                                                Source.failed(new IllegalStateException("test"))))
                                    .now())
                        .withHandler(
                            "GET", "/empty", r -> ok().withBody("a/b", Source.empty()).now()));
        RawRequests raw = RawRequests.to(net)) {
      RawRequests.Answer longer = raw.ask(RawRequests.plain("GET", "/longer"));
      assertEquals(20_000, longer.body().length);
      assertEquals("FIN", longer.end());
      Loopback.eventually("cancelled", over::get);
      String reset =
          Bindings.current() == WebTransportHttpVersion.HTTP_3 ? "RESET 0x102" : "RESET 0x2";
      for (String path : List.of("/shorter", "/fails")) {
        assertEquals(reset, raw.send(RawRequests.plain("GET", path)).end(), path);
      }
      assertEquals("FIN", raw.ask(RawRequests.plain("GET", "/empty")).end());
      net.awaitGauge(Gauges.HTTP_ANSWERS_STREAMED, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"streamed-answers", "streamed-answers-of-prefix", "streamed-answers-of-all"})
  void moreStreamsThanMayBeAre503(String key) throws Exception {
    try (Loopback net =
            start(
                "ahti.http." + key + " = 2, ahti.listener.admission.ipv4-prefix = 24",
                http ->
                    http.withHandler(
                        "GET",
                        "/",
                        r ->
                            ok().withBody("a/b", endless(new AtomicLong(), new AtomicBoolean()))
                                .now()));
        RawRequests raw = RawRequests.to(net);
        RawRequests other = RawRequests.from("127.0.0.2", net);
        RawRequests elsewhere = RawRequests.from("127.0.1.2", net)) {
      RawFields get = RawRequests.plain("GET", "/");
      RawRequests.Exchange first = raw.send(get);
      raw.send(get);
      net.awaitGauge(Gauges.HTTP_ANSWERS_STREAMED, 2);
      assertEquals(503, raw.ask(get).status());
      assertEquals(1, net.gauge(Gauges.HTTP_REFUSED));
      String nearby = other.send(get).headers().get(":status").orElseThrow();
      assertEquals(key.equals("streamed-answers") ? "200" : "503", nearby);
      String far = elsewhere.send(get).headers().get(":status").orElseThrow();
      assertEquals(key.equals("streamed-answers-of-all") ? "503" : "200", far);
      first.cancel();
      Loopback.eventually(
          "room again", () -> raw.send(get).headers().get(":status").orElseThrow().equals("200"));
    }
  }

  @Test
  void drainingWaitsForTheAnswerAndStoppingCutsIt() throws Exception {
    byte[] body = bytes(2_000_000);
    for (boolean drain : new boolean[] {true, false}) {
      AtomicBoolean over = new AtomicBoolean();
      Source<ByteString, ?> source =
          drain ? Source.single(ByteString.fromArray(body)) : endless(new AtomicLong(), over);
      try (Loopback net =
              start(
                  "",
                  http -> http.withHandler("GET", "/", r -> ok().withBody("a/b", source).now()));
          RawRequests raw = RawRequests.to(net)) {
        RawRequests.Exchange exchange = raw.send(RawRequests.plain("GET", "/"));
        net.awaitGauge(Gauges.HTTP_ANSWERS_STREAMED, 1);
        if (drain) {
          CompletionStage<Done> drained = net.binding.drain(Duration.ofSeconds(60));
          exchange.headers();
          byte[] all = new byte[0];
          while (all.length < body.length) {
            byte[] more = exchange.bytes(Math.min(16 * 1024, body.length - all.length));
            int length = all.length;
            all = Arrays.copyOf(all, length + more.length);
            System.arraycopy(more, 0, all, length, more.length);
          }
          assertTrue(Arrays.equals(body, all));
          assertEquals("FIN", exchange.end());
          await(drained);
        } else {
          await(net.binding.stop());
          Loopback.eventually("cancelled", over::get);
        }
        net.awaitGauge(Gauges.HTTP_ANSWERS_STREAMED, 0);
      }
    }
  }

  @Test
  void healthIs503OnceTheServersThatItSpeaksForDrain() throws Exception {
    BlockingQueue<WebTransport> sessions = new LinkedBlockingQueue<>();
    try (Loopback net =
            start(
                "",
                http ->
                    http.withHealth("/health")
                        .withHealth("/others", List.of("other"))
                        .withHealth("/nobody", List.of("other", "nobody")));
        RawRequests raw = RawRequests.to(net)) {
      WebTransportServerBinding other =
          await(
              WebTransportServer.create(net.system)
                  .withName("other")
                  .withHttpVersions(Bindings.current())
                  .withRoute("/", sessions::add)
                  .bind());
      RawRequests.Answer ok = raw.ask(RawRequests.plain("GET", "/health"));
      assertEquals(200, ok.status());
      assertEquals("ok\n", ok.text());
      assertEquals("no-store", ok.field("cache-control"));
      assertEquals(200, raw.ask(RawRequests.plain("GET", "/others")).status());
      assertEquals(503, raw.ask(RawRequests.plain("GET", "/nobody")).status());
      WebTransport client =
          WebTransport.connect(
              net.system,
              other.url() + "/",
              Loopback.options().withServerCertificateHashes(other.certificateHash()));
      await(client.ready());
      CompletionStage<Done> drained = other.drain(Duration.ofSeconds(60));
      Loopback.eventually(
          "unhealthy", () -> raw.ask(RawRequests.plain("GET", "/others")).status() == 503);
      assertEquals("draining\n", raw.ask(RawRequests.plain("GET", "/others")).text());
      // One that is drained on purpose says nothing about the others.
      assertEquals(200, raw.ask(RawRequests.plain("GET", "/health")).status());
      client.close();
      await(drained);
      assertEquals(503, raw.ask(RawRequests.plain("GET", "/others")).status());
      assertThrows(
          IllegalArgumentException.class,
          () -> WebTransportHttp.create().withHealth("/", List.of()));
    }
  }

  private static int health(Loopback net, String path) {
    try (RawRequests prober = RawRequests.to(net)) {
      return prober.ask(RawRequests.plain("GET", path)).status();
    }
  }

  @Test
  void aServerThatDrainsSaysSoAndNothingElse() throws Exception {
    try (Loopback net =
        start(
            "", http -> http.withHealth("/health").withHandler("GET", "/page", r -> ok().now()))) {
      WebTransport session = net.connect("/session");
      assertEquals(200, health(net, "/health"));
      CompletionStage<Done> drained = net.binding.drain(Duration.ofSeconds(60));
      await(session.draining());
      for (int i = 0; i < 3; i++) {
        assertEquals(503, health(net, "/health"));
      }
      try (RawRequests prober = RawRequests.to(net)) {
        String rejected =
            Bindings.current() == WebTransportHttpVersion.HTTP_3 ? "RESET 0x10b" : "RESET 0x7";
        assertEquals(rejected, prober.send(RawRequests.plain("GET", "/page")).end());
        assertEquals(rejected, prober.open(RawRequests.session("/session")).end());
        assertEquals(503, prober.ask(RawRequests.plain("GET", "/health")).status());
        // Who asks is not waited for.
        session.close();
        await(drained);
      }
      assertEquals(0, net.gauge(Gauges.LISTENER_DRAINS_CUT));
    }
  }

  @Test
  void aServerSaysThatItDrainsWhileItsActorSystemShutsDown() throws Exception {
    try (Loopback net = start("", http -> http.withHealth("/health"))) {
      // A client of another system, whose end is not part of this one's.
      try (Loopback clients = Loopback.start(Map.of())) {
        WebTransport session = clients.connectTo(net.binding.url() + "/session", net.trusting());
        net.system.terminate();
        await(session.draining());
        assertEquals(503, health(net, "/health"));
        assertEquals(503, health(net, "/health"));
        session.close();
        await(session.closed());
      }
    }
  }

  @Test
  void theHashesOfCertificatesAreThoseOfNow() throws Exception {
    try (Loopback net =
            start(
                "",
                http ->
                    http.withCertificateHashes("/hashes")
                        .withCertificateHashes("/other", "other"));
        RawRequests raw = RawRequests.to(net)) {
      RawRequests.Answer answer = raw.ask(RawRequests.plain("GET", "/hashes"));
      assertEquals(200, answer.status());
      assertEquals("application/json", answer.field("content-type"));
      assertEquals("no-store", answer.field("cache-control"));
      assertEquals("*", answer.field("access-control-allow-origin"));
      assertEquals(net.binding.certificateHashes().toJson(), answer.text());
      assertEquals(503, raw.ask(RawRequests.plain("GET", "/other")).status());
      WebTransportServerBinding other =
          await(
              WebTransportServer.create(net.system)
                  .withName("other")
                  .withHttpVersions(Bindings.current())
                  .withRotatingCertificates()
                  .withRoute("/", session -> {})
                  .bind());
      RawRequests.Answer both = raw.ask(RawRequests.plain("GET", "/other"));
      assertEquals(other.certificateHashes().toJson(), both.text());
      assertEquals(2, other.certificateHashes().hashes().size());
      other.replaceCertificate(ServerCertificate.selfSigned("own"));
      assertEquals(
          other.certificateHashes().toJson(), raw.ask(RawRequests.plain("GET", "/other")).text());
      assertEquals(1, other.certificateHashes().hashes().size());
      await(other.stop());
    }
  }

  @Test
  void withoutAnyAGetIsToldWhatThisIs() throws Exception {
    try (Loopback net = Loopback.start(Map.of("/", session -> {}));
        RawRequests raw = RawRequests.to(net)) {
      RawRequests.Answer answer = raw.ask(RawRequests.plain("GET", "/"));
      assertEquals(200, answer.status());
      assertTrue(new String(answer.body(), StandardCharsets.UTF_8).contains("WebTransport"));
      assertEquals(405, raw.ask(RawRequests.plain("POST", "/")).status());
      // Who looks for a health endpoint, or for what a robot may read, must not find one.
      for (String path : List.of("/any/path", "/health", "/robots.txt")) {
        assertEquals(404, raw.ask(RawRequests.plain("GET", path)).status(), path);
      }
    }
  }
}
