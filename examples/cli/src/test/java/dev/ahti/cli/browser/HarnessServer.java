package dev.ahti.cli.browser;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves the page that runs the cases, and takes what it reports.
 *
 * <p>The demo page is handed on from its own server under {@code /demo/}: in a frame of the same
 * origin the harness page can press its buttons.
 */
final class HarnessServer implements AutoCloseable {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int POST_LIMIT = 1 << 20;
  private static final Map<String, String> FILES =
      Map.of(
          "/harness.html", "text/html; charset=utf-8",
          "/harness.js", "text/javascript; charset=utf-8",
          "/cases.js", "text/javascript; charset=utf-8");

  /**
   * What the page asks for first.
   *
   * @param cases the names of the cases to run, in order, some of them several times
   * @param caseMillis the time for one case
   * @param bulkBytes how much the case that moves much moves
   * @param cancelSendsStop whether the server hears of a stream that the page cancels
   * @param closes how many sessions the server closes until the browser must have told one's code
   */
  record Config(
      String url,
      String certificateHash,
      List<String> cases,
      long caseMillis,
      int bulkBytes,
      boolean cancelSendsStop,
      int closes) {}

  private final HttpServer http;
  private final ExecutorService workers = Executors.newFixedThreadPool(4);
  private final HttpClient client = HttpClient.newHttpClient();
  private final CompletableFuture<Config> config = new CompletableFuture<>();
  private final CompletableFuture<URI> demo = new CompletableFuture<>();
  private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
  private final CompletableFuture<Report> report = new CompletableFuture<>();

  private HarnessServer(HttpServer http) {
    this.http = http;
  }

  static HarnessServer start() throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    HarnessServer server = new HarnessServer(http);
    http.setExecutor(server.workers);
    http.createContext("/", server::handle);
    http.start();
    return server;
  }

  /** The web origin of the page. */
  String origin() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** The page to open. */
  URI page() {
    return URI.create(origin() + "/harness.html");
  }

  /** Sets what the page will be told; before the browser is started. */
  void configure(Config cases, URI demoPage) {
    config.complete(cases);
    demo.complete(demoPage);
  }

  /** The outcomes so far, by the name of the case. */
  Map<String, Outcome> outcomes() {
    return Map.copyOf(outcomes);
  }

  /** Completes when the page has run every case. */
  CompletableFuture<Report> report() {
    return report;
  }

  @Override
  public void close() {
    http.stop(0);
    workers.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
      switch (request) {
        case "GET /config.json" ->
            send(exchange, 200, "application/json", MAPPER.writeValueAsBytes(config.join()));
        case "GET /demo/" -> handOn(exchange, "/");
        case "GET /ahti.json" -> handOn(exchange, "/ahti.json");
        case "POST /outcome" -> {
          Outcome outcome = read(exchange, Outcome.class);
          // Of a case that is run several times, one that failed is what counts.
          outcomes.merge(outcome.name(), outcome, (one, next) -> one.passed() ? next : one);
          send(exchange, 200, "application/json", "{}".getBytes());
        }
        case "POST /end" -> {
          Report end = read(exchange, Report.class);
          send(exchange, 200, "application/json", "{}".getBytes());
          report.complete(end);
        }
        default -> sendFile(exchange, exchange.getRequestURI().getPath());
      }
    }
  }

  private static <T> T read(HttpExchange exchange, Class<T> type) throws IOException {
    return MAPPER.readValue(exchange.getRequestBody().readNBytes(POST_LIMIT), type);
  }

  private void handOn(HttpExchange exchange, String path) throws IOException {
    try {
      HttpResponse<byte[]> answer =
          client.send(
              HttpRequest.newBuilder(demo.join().resolve(path)).build(),
              BodyHandlers.ofByteArray());
      answer
          .headers()
          .firstValue("content-security-policy")
          .ifPresent(v -> exchange.getResponseHeaders().set("content-security-policy", v));
      String type = answer.headers().firstValue("content-type").orElseThrow();
      send(exchange, answer.statusCode(), type, answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static void sendFile(HttpExchange exchange, String path) throws IOException {
    String type = FILES.get(path);
    if (type == null) {
      send(exchange, 404, "text/plain", new byte[0]);
      return;
    }
    try (InputStream in = HarnessServer.class.getResourceAsStream(path.substring(1))) {
      send(exchange, 200, type, in.readAllBytes());
    }
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }
}
