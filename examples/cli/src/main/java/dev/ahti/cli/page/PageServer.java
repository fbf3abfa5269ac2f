package dev.ahti.cli.page;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Serves the demo page over plain HTTP: {@code /} (also {@code /index.html}) and {@code
 * /ahti.json}.
 *
 * <p>It answers GET only: 405 for another method, 404 for another path. Nothing is cached, so that
 * a page loaded again finds the certificate hash of a server started again. The content security
 * policy confines the page to itself and to the WebTransport server of its {@link PageInfo}.
 *
 * <p>This is a server for one's own machine: browsers run WebTransport only in a secure context,
 * which over plain HTTP means a loopback address. It does not defend itself against slow clients.
 *
 * <p>Threads: {@link #start} and {@link #close} may be called from any thread. Requests run on at
 * most {@value #WORKERS} daemon threads; {@value #WAITING} more wait, and beyond that the accepting
 * thread serves them itself, which holds further connections back.
 */
public final class PageServer implements AutoCloseable {

  private static final int WORKERS = 2;
  private static final int WAITING = 64;
  private static final long WORKER_IDLE_SECONDS = 10;

  private final HttpServer http;
  private final ExecutorService workers;
  private final byte[] page;
  private final Supplier<PageInfo> info;

  private PageServer(
      HttpServer http, ExecutorService workers, byte[] page, Supplier<PageInfo> info) {
    this.http = http;
    this.workers = workers;
    this.page = page;
    this.info = info;
  }

  /**
   * Binds and starts.
   *
   * @param host the address to listen on, normally {@code localhost} or a loopback address
   * @param port the TCP port, or 0 for a free one
   * @param info asked at every request, from the server's threads, so that a renewed certificate
   *     reaches the page; while it throws an {@link IllegalStateException}, because the
   *     WebTransport server is not up yet, requests are answered with 503 and its message
   * @return the running server; it holds the port until {@link #close}
   * @throws IOException if the host is unknown or the port cannot be bound; the message names them
   */
  public static PageServer start(String host, int port, Supplier<PageInfo> info)
      throws IOException {
    Objects.requireNonNull(info, "info");
    byte[] page = readPage();
    HttpServer http;
    try {
      http = HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), port), 0);
    } catch (IOException e) {
      throw new IOException(
          "cannot serve the demo page on " + host + ":" + port + ": " + e.getMessage(), e);
    }
    ExecutorService workers = workers();
    PageServer server = new PageServer(http, workers, page, info);
    http.setExecutor(workers);
    http.createContext("/", server::handle);
    http.start();
    return server;
  }

  /** The TCP port, also where 0 was asked for. */
  public int port() {
    return http.getAddress().getPort();
  }

  /** Stops at once: connections are cut, the port and the threads are given back. */
  @Override
  public void close() {
    http.stop(0);
    workers.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      try {
        route(exchange);
      } catch (IllegalStateException notYet) {
        exchange.getResponseHeaders().set("Retry-After", "1");
        refuse(exchange, 503, notYet.getMessage() + "\n");
      }
    }
  }

  private void route(HttpExchange exchange) throws IOException {
    switch (exchange.getRequestURI().getPath()) {
      case "/", "/index.html" -> answer(exchange, "text/html; charset=utf-8", page);
      case "/ahti.json" ->
          answer(
              exchange, "application/json", info.get().toJson().getBytes(StandardCharsets.UTF_8));
      default -> refuse(exchange, 404, "not found\n");
    }
  }

  private void answer(HttpExchange exchange, String type, byte[] body) throws IOException {
    if (!exchange.getRequestMethod().equals("GET")) {
      exchange.getResponseHeaders().set("Allow", "GET");
      refuse(exchange, 405, "only GET is answered here\n");
      return;
    }
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Security-Policy", contentSecurityPolicy());
    // Together these isolate the page, and an isolated page is given finer timers: 5 microseconds
    // instead of 100 in Chromium, 20 instead of 1000 in Firefox. The plot needs them.
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Embedder-Policy", "require-corp");
    send(exchange, 200, type, body);
  }

  private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
    send(exchange, status, "text/plain; charset=utf-8", why.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", type);
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1); // an answer to HEAD has no body
      return;
    }
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  /** WebTransport counts as a connection: its server must be named beside the page's own origin. */
  private String contentSecurityPolicy() {
    return "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline';"
        + " img-src data:; connect-src 'self' "
        + source(info.get().url())
        + "; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
  }

  /**
   * A policy's grammar has no IPv6 literal (CSP 3, 2.3.1), and browsers drop a source that is one:
   * any host, on the server's port, is the narrowest that such an address matches.
   */
  private static String source(URI server) {
    return server.getHost().startsWith("[") ? "https://*:" + server.getPort() : server.toString();
  }

  private static byte[] readPage() throws IOException {
    try (InputStream in = PageServer.class.getResourceAsStream("index.html")) {
      return Objects.requireNonNull(in, "the demo page is missing in the jar").readAllBytes();
    }
  }

  private static ExecutorService workers() {
    AtomicInteger count = new AtomicInteger();
    ThreadFactory threads =
        task -> {
          Thread thread = new Thread(task, "ahti-page-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        };
    ThreadPoolExecutor workers =
        new ThreadPoolExecutor(
            WORKERS,
            WORKERS,
            WORKER_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            threads,
            new ThreadPoolExecutor.CallerRunsPolicy());
    workers.allowCoreThreadTimeOut(true);
    return workers;
  }
}
