package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.server.WebTransportFiles;
import dev.ahti.webtransport.server.WebTransportHttp;
import dev.ahti.wtspec.RawFields;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files over HTTP/3 and HTTP/2, as raw peers and Java's own client see them. */
@OverBothBindings
class StaticFilesIT {
  private static final Instant CHANGED = Instant.parse("2026-11-01T08:49:37Z");
  private static final String DATE = "Sun, 01 Nov 2026 08:49:37 GMT";

  @TempDir Path temporary;
  private Path directory;

  @BeforeEach
  void write() throws IOException {
    directory = temporary.resolve("site");
    Files.createDirectories(directory.resolve("sub/empty"));
    file("index.html", "<h1>index</h1>");
    file("sub/index.html", "<h1>sub</h1>");
    file("a b+ü.txt", "spaces");
    file(".secret", "hidden");
    file(".git/config", "hidden");
    Files.writeString(temporary.resolve("outside.txt"), "outside");
    Files.writeString(temporary.resolve("site-2.txt"), "outside");
  }

  private Path file(String name, String text) throws IOException {
    Path path = directory.resolve(name);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
    Files.setLastModifiedTime(path, FileTime.from(CHANGED));
    return path;
  }

  private byte[] big(String name, int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    Files.write(directory.resolve(name), bytes);
    Files.setLastModifiedTime(directory.resolve(name), FileTime.from(CHANGED));
    return bytes;
  }

  private Loopback start() throws Exception {
    return start(WebTransportFiles.of(directory));
  }

  private static Loopback start(WebTransportFiles files) throws Exception {
    return Loopback.start(
        "",
        Map.of(),
        server ->
            server.withHttp(WebTransportHttp.create().withFiles("/", files).withHealth("/health")));
  }

  private static RawFields get(String path) {
    return RawRequests.plain("GET", path);
  }

  @Test
  void aFileHasItsTypeItsLengthAndItsValidators() throws Exception {
    Map<String, String> types =
        Map.ofEntries(
            Map.entry("a.html", "text/html; charset=utf-8"),
            Map.entry("a.css", "text/css; charset=utf-8"),
            Map.entry("a.JS", "text/javascript; charset=utf-8"),
            Map.entry("a.mjs", "text/javascript; charset=utf-8"),
            Map.entry("a.json", "application/json"),
            Map.entry("a.png", "image/png"),
            Map.entry("a.svg", "image/svg+xml"),
            Map.entry("a.wasm", "application/wasm"),
            Map.entry("a.pdf", "application/pdf"),
            Map.entry("a.own", "text/x-own"),
            Map.entry("a.unknown-x", "application/octet-stream"),
            Map.entry("noextension", "application/octet-stream"));
    for (String name : types.keySet()) {
      file(name, "text of " + name);
    }
    try (Loopback net =
            start(
                WebTransportFiles.of(directory)
                    .withContentType("OWN", "text/x-own")
                    .withMaxAge(Duration.ofMinutes(1)));
        RawRequests raw = RawRequests.to(net)) {
      for (Map.Entry<String, String> type : types.entrySet()) {
        RawRequests.Answer answer = raw.ask(get("/" + type.getKey() + "?v=1"));
        assertEquals(200, answer.status(), type.getKey());
        assertEquals(type.getValue(), answer.field("content-type"));
        assertEquals("text of " + type.getKey(), answer.text());
        assertEquals(DATE, answer.field("last-modified"));
        assertTrue(answer.field("etag").matches("\"[0-9a-f-]+\""), answer.field("etag"));
        assertEquals("max-age=60", answer.field("cache-control"));
        assertEquals("bytes", answer.field("accept-ranges"));
        assertEquals("nosniff", answer.field("x-content-type-options"));
        assertEquals("FIN", answer.end());
      }
      assertEquals("spaces", raw.ask(get("/a%20b+%C3%BC.txt")).text());
    }
  }

  @Test
  void aDirectoryIsItsIndexAndIsRedirectedToItsSlash() throws Exception {
    try (Loopback net = start();
        RawRequests raw = RawRequests.to(net)) {
      assertEquals("<h1>index</h1>", raw.ask(get("/")).text());
      assertEquals("<h1>sub</h1>", raw.ask(get("/sub/")).text());
      RawRequests.Answer sub = raw.ask(get("/sub"));
      assertEquals(308, sub.status());
      assertEquals("/sub/", sub.field("location"));
      assertEquals("/sub/?a=1+2&b", raw.ask(get("/sub?a=1+2&b")).field("location"));
      assertEquals(404, raw.ask(get("/sub/empty/")).status());
      assertEquals("no-cache", raw.ask(get("/")).field("cache-control"));
      assertEquals("ok\n", raw.ask(get("/health")).text());
    }
  }

  @Test
  void whatIsOutsideOfTheDirectoryIsNotThere() throws Exception {
    Path outside = temporary.resolve("outside.txt");
    Files.createSymbolicLink(directory.resolve("link.txt"), outside);
    Files.createSymbolicLink(directory.resolve("up"), temporary);
    Files.createSymbolicLink(directory.resolve("dangling"), temporary.resolve("nothing"));
    Files.createSymbolicLink(directory.resolve("loop"), directory.resolve("loop"));
    Files.createSymbolicLink(directory.resolve("hides"), directory.resolve(".secret"));
    Files.createSymbolicLink(directory.resolve("inside.html"), directory.resolve("index.html"));
    List<String> paths =
        List.of(
            "/../outside.txt",
            "/sub/../../outside.txt",
            "/%2e%2e/outside.txt",
            "/%2E%2e/outside.txt",
            "/.%2e/outside.txt",
            "/..%2foutside.txt",
            "/%2e%2e%2foutside.txt",
            "/..%5coutside.txt",
            "/..\\outside.txt",
            "/%252e%252e/outside.txt",
            "/%c0%ae%c0%ae/outside.txt",
            "/../site-2.txt",
            "/sub/../index.html",
            "/./index.html",
            "/index.html/.",
            "/index.html/",
            "/index.html%00",
            "/index.html%00.txt",
            "//index.html",
            "/sub//index.html",
            "//etc/passwd",
            "/" + temporary.resolve("outside.txt"),
            "/%2f" + temporary.resolve("outside.txt").toString().substring(1),
            "/link.txt",
            "/up/outside.txt",
            "/dangling",
            "/loop",
            "/hides",
            "/.secret",
            "/%2esecret",
            "/.git/config",
            "/x".repeat(500),
            "/" + "y".repeat(3000),
            "/nothing",
            "/%zz");
    try (Loopback net = start();
        RawRequests raw = RawRequests.to(net)) {
      for (String path : paths) {
        RawRequests.Answer answer = raw.ask(get(path));
        assertEquals(404, answer.status(), path);
        assertEquals("", answer.text(), path);
      }
      // Where a link leads counts, not that there is one.
      assertEquals("<h1>index</h1>", raw.ask(get("/inside.html")).text());
      assertEquals("<h1>index</h1>", raw.ask(get("/up/site/index.html")).text());
    }
  }

  @Test
  void aFileThatTheClientHasIsNotSentAgain() throws Exception {
    Path path = file("page.html", "first");
    try (Loopback net = start();
        RawRequests raw = RawRequests.to(net)) {
      RawFields get = get("/page.html");
      String tag = raw.ask(get).field("etag");
      for (RawFields conditional :
          List.of(
              get.with("if-none-match", tag),
              get.with("if-none-match", "\"x\", W/" + tag),
              get.with("if-none-match", "*"),
              get.with("if-modified-since", DATE))) {
        RawRequests.Answer answer = raw.ask(conditional);
        assertEquals(304, answer.status());
        assertEquals(tag, answer.field("etag"));
        assertEquals("FIN", answer.end());
      }
      RawRequests.Answer failed = raw.ask(get.with("if-match", "\"x\""));
      assertEquals(412, failed.status());
      assertEquals(tag, failed.field("etag"));
      assertEquals(DATE, failed.field("last-modified"));
      assertEquals(200, raw.ask(get.with("if-match", tag)).status());
      Files.writeString(path, "other");
      Files.setLastModifiedTime(path, FileTime.from(CHANGED.plusMillis(1)));
      RawRequests.Answer changed = raw.ask(get.with("if-none-match", tag));
      assertEquals(200, changed.status());
      assertEquals("other", changed.text());
    }
  }

  @Test
  void aFileThatWasChangedJustNowIsSentEachTime() throws Exception {
    Path path = file("page.html", "first");
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().plusSeconds(60)));
    try (Loopback net = start();
        RawRequests raw = RawRequests.to(net)) {
      RawRequests.Answer answer = raw.ask(get("/page.html"));
      assertEquals("first", answer.text());
      assertEquals("", answer.field("etag"));
      assertEquals("", answer.field("last-modified"));
    }
  }

  @Test
  void aRangeIsAPartOfTheFile() throws Exception {
    byte[] all = big("big.bin", 300_000);
    try (Loopback net = start();
        RawRequests raw = RawRequests.to(net)) {
      RawFields get = get("/big.bin");
      Map<String, int[]> ranges =
          Map.of(
              "bytes=0-0", new int[] {0, 1},
              "bytes=100-199", new int[] {100, 200},
              "bytes=70000-200000", new int[] {70_000, 200_001},
              "bytes=299999-", new int[] {299_999, 300_000},
              "bytes=250000-999999", new int[] {250_000, 300_000},
              "bytes=-1000", new int[] {299_000, 300_000});
      for (Map.Entry<String, int[]> range : ranges.entrySet()) {
        RawRequests.Answer part = raw.ask(get.with("range", range.getKey()));
        int from = range.getValue()[0];
        int to = range.getValue()[1];
        assertEquals(206, part.status(), range.getKey());
        assertEquals("bytes " + from + "-" + (to - 1) + "/300000", part.field("content-range"));
        assertArrayEquals(Arrays.copyOfRange(all, from, to), part.body());
        assertEquals("FIN", part.end());
      }
      RawRequests.Answer none = raw.ask(get.with("range", "bytes=300000-"));
      assertEquals(416, none.status());
      assertEquals("bytes */300000", none.field("content-range"));
      assertEquals(raw.ask(get).field("etag"), none.field("etag"));
      assertEquals(DATE, none.field("last-modified"));
      assertEquals(206, raw.ask(get.with("range", "Bytes=0-0")).status());
      RawRequests.Answer several = raw.ask(get.with("range", "bytes=0-1,3-4"));
      assertEquals(200, several.status());
      assertArrayEquals(all, several.body());
      assertEquals(200, raw.ask(get.with("range", "bytes=0-1").with("if-range", "\"x\"")).status());
      RawRequests.Answer head =
          raw.send(RawRequests.plain("HEAD", "/big.bin").with("range", "bytes=0-1")).head();
      assertEquals(200, head.status());
      assertEquals("300000", head.field("content-length"));
      assertEquals("FIN", head.end());
      net.awaitGauge(Gauges.HTTP_ANSWERS_STREAMED, 0);
    }
  }

  private static String hash(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void aFileOfSeveralMebibytesComesWholeAndIsNeverInMemory() throws Exception {
    byte[] all = big("big.bin", 5 * 1024 * 1024 + 7);
    try (Loopback net = start();
        RawRequests raw = RawRequests.to(net)) {
      RawRequests.Exchange slow = raw.send(get("/big.bin"));
      // The client takes nothing yet.
      Loopback.eventually("the file waits", () -> net.gauge(Gauges.OUTBOUND_QUEUED_BYTES) > 0);
      assertTrue(net.gauge(Gauges.OUTBOUND_QUEUED_BYTES) < 256 * 1024);
      // Another client is not held up by it.
      try (RawRequests other = RawRequests.to(net)) {
        assertEquals(hash(all), hash(other.ask(get("/big.bin")).body()));
      }
      assertTrue(net.gauge(Gauges.OUTBOUND_QUEUED_BYTES) < 256 * 1024);
      RawRequests.Answer answer = slow.answer();
      assertEquals(hash(all), hash(answer.body()));
      assertEquals("FIN", answer.end());
      net.awaitGauge(Gauges.HTTP_ANSWERS_STREAMED, 0);
      net.awaitGauge(Gauges.OUTBOUND_QUEUED_BYTES, 0);
    }
  }

  @Test
  void aFileOnASlowDiskHoldsUpNobodyElseOfItsLoop() throws Exception {
    file("slow.txt", "slow");
    HeldFiles held = new HeldFiles();
    try (Loopback net =
            Loopback.start(
                "ahti.netty.event-loops = 1",
                Map.of(),
                server ->
                    server.withHttp(
                        WebTransportHttp.create()
                            .withFiles("/", WebTransportFiles.of(held.path(directory)))
                            .withHealth("/health")));
        RawRequests raw = RawRequests.to(net)) {
      RawRequests.Exchange slow = raw.send(get("/slow.txt"));
      assertTrue(held.awaitOpening());
      assertEquals("ok\n", raw.ask(get("/health")).text());
      held.letGoOn();
      assertEquals("slow", slow.answer().text());
    } finally {
      held.letGoOn();
    }
  }

  @Test
  void aFileThatIsCutMeanwhileIsSeenToBeCut() throws Exception {
    big("big.bin", 5 * 1024 * 1024);
    try (Loopback net = start();
        RawRequests raw = RawRequests.to(net)) {
      RawRequests.Exchange exchange = raw.send(get("/big.bin"));
      Loopback.eventually("the file waits", () -> net.gauge(Gauges.OUTBOUND_QUEUED_BYTES) > 0);
      try (var file =
          Files.newByteChannel(directory.resolve("big.bin"), StandardOpenOption.WRITE)) {
        file.truncate(2 * 1024 * 1024);
      }
      String end = exchange.end();
      assertTrue(end.startsWith("RESET"), end);
    }
  }

  @Test
  void sessionsGoOnBesideAFile() throws Exception {
    big("big.bin", 5 * 1024 * 1024);
    try (Loopback net =
            Loopback.start(
                "",
                Map.of("/", WebTransport::close),
                server ->
                    server.withHttp(
                        WebTransportHttp.create()
                            .withFiles("/", WebTransportFiles.of(directory))));
        RawRequests raw = RawRequests.to(net)) {
      raw.send(get("/big.bin"));
      Loopback.eventually("the file waits", () -> net.gauge(Gauges.OUTBOUND_QUEUED_BYTES) > 0);
      RawRequests.Exchange session = raw.open(RawRequests.session("/"));
      assertEquals("200", session.headers().get(":status").orElseThrow());
    }
  }

  @Test
  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_2,
      because = "Java's client has no HTTP/3 before Java 26")
  void javasOwnClientReadsFilesAndAsksAgain() throws Exception {
    byte[] all = big("big.bin", 3 * 1024 * 1024);
    try (Loopback net = start()) {
      HttpClient client =
          HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).sslContext(trusting()).build();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(net.binding.url() + "/big.bin")).build();
      HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      assertEquals(HttpClient.Version.HTTP_2, response.version());
      assertEquals(200, response.statusCode());
      assertEquals(hash(all), hash(response.body()));
      HttpRequest again =
          HttpRequest.newBuilder(request.uri())
              .header("if-none-match", response.headers().firstValue("etag").orElseThrow())
              .build();
      assertEquals(304, client.send(again, HttpResponse.BodyHandlers.ofByteArray()).statusCode());
      HttpRequest part =
          HttpRequest.newBuilder(request.uri()).header("range", "bytes=1000000-1000099").build();
      assertArrayEquals(
          Arrays.copyOfRange(all, 1_000_000, 1_000_100),
          client.send(part, HttpResponse.BodyHandlers.ofByteArray()).body());
      HttpRequest missing =
          HttpRequest.newBuilder(URI.create(net.binding.url() + "/nothing"))
              .method("HEAD", HttpRequest.BodyPublishers.noBody())
              .build();
      assertEquals(
          404,
          client
              .send(missing, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
              .statusCode());
    }
  }

  /** Trusts every certificate, under every name. */
  private static SSLContext trusting() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustAll()}, new SecureRandom());
    return context;
  }

  private static final class TrustAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
