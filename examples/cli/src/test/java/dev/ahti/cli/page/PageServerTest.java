package dev.ahti.cli.page;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class PageServerTest {

  private static final URI URL = URI.create("https://127.0.0.1:4433");
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private final AtomicReference<PageInfo> info =
      new AtomicReference<>(
          new PageInfo(URL, List.of("0a".repeat(32)), List.of("/echo", "/push"), "1.2.3"));
  private PageServer server;

  @BeforeEach
  void start() throws IOException {
    server = PageServer.start("127.0.0.1", 0, info::get);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<byte[]> request(String method, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
    return CLIENT.send(
        HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody()).build(),
        BodyHandlers.ofByteArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/index.html", "/?anything"})
  void pageIsServedWhole(String path) throws Exception {
    HttpResponse<byte[]> response = request("GET", path);

    assertEquals(200, response.statusCode());
    assertEquals(
        "text/html; charset=utf-8", response.headers().firstValue("content-type").orElseThrow());
    try (InputStream in = PageServer.class.getResourceAsStream("index.html")) {
      assertArrayEquals(in.readAllBytes(), response.body());
    }
  }

  @Test
  void pageMayConnectToItsOwnServerAndToNothingElse() throws Exception {
    String policy =
        request("GET", "/").headers().firstValue("content-security-policy").orElseThrow();

    assertTrue(policy.startsWith("default-src 'none';"), policy);
    assertTrue(policy.contains("connect-src 'self' https://127.0.0.1:4433;"), policy);
  }

  @Test
  void pageMayConnectToAnIpv6AddressThatNoPolicyCanName() throws Exception {
    info.set(new PageInfo(URI.create("https://[::1]:4433"), List.of(), List.of("/echo"), "1"));

    String policy =
        request("GET", "/").headers().firstValue("content-security-policy").orElseThrow();

    assertTrue(policy.contains("connect-src 'self' https://*:4433;"), policy);
  }

  @Test
  void jsonTellsWhatThePageMustKnow() throws Exception {
    HttpResponse<byte[]> response = request("GET", "/ahti.json");

    assertEquals("application/json", response.headers().firstValue("content-type").orElseThrow());
    ObjectMapper mapper = new ObjectMapper();
    assertEquals(
        mapper.readTree(
            "{\"url\":\"https://127.0.0.1:4433\",\"certificateHash\":\""
                + "0a".repeat(32)
                + "\",\"certificateHashes\":[\""
                + "0a".repeat(32)
                + "\"],\"endpoints\":[\"/echo\",\"/push\"],\"version\":\"1.2.3\"}"),
        mapper.readTree(response.body()));
  }

  @Test
  void jsonFollowsARenewedCertificate() throws Exception {
    info.set(new PageInfo(URL, List.of("0b".repeat(32)), List.of("/echo"), "1.2.3"));

    String json = new String(request("GET", "/ahti.json").body());

    assertTrue(json.contains("0b".repeat(32)), json);
  }

  @Test
  void jsonTellsOfTheNextCertificateToo() throws Exception {
    List<String> hashes = List.of("0b".repeat(32), "0c".repeat(32));
    info.set(new PageInfo(URL, hashes, List.of("/echo"), "1.2.3"));

    JsonNode json = new ObjectMapper().readTree(request("GET", "/ahti.json").body());

    assertEquals(hashes.get(0), json.get("certificateHash").asText());
    assertEquals(hashes.get(1), json.get("certificateHashes").get(1).asText());
  }

  @Test
  void jsonLeavesOutTheHashOfATrustedCertificate() throws Exception {
    info.set(new PageInfo(URL, List.of(), List.of("/echo"), "1.2.3"));

    String json = new String(request("GET", "/ahti.json").body());

    assertFalse(json.contains("certificateHash"), json);
  }

  @Test
  void pageOfAServerThatIsStillStartingIsToBeAskedForAgain() throws Exception {
    try (PageServer early =
        PageServer.start(
            "127.0.0.1",
            0,
            () -> {
              throw new IllegalStateException("still starting");
            })) {
      URI uri = URI.create("http://127.0.0.1:" + early.port() + "/");

      HttpResponse<String> response =
          CLIENT.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());

      assertEquals(503, response.statusCode());
      assertEquals("1", response.headers().firstValue("retry-after").orElseThrow());
      assertEquals("still starting\n", response.body());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/ahti.json", "/nothing"})
  void nothingIsCached(String path) throws Exception {
    assertEquals(
        "no-store", request("GET", path).headers().firstValue("cache-control").orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "HEAD"})
  void otherMethodsAreNotAllowed(String method) throws Exception {
    for (String path : List.of("/", "/ahti.json")) {
      HttpResponse<byte[]> response = request(method, path);

      assertEquals(405, response.statusCode());
      assertEquals("GET", response.headers().firstValue("allow").orElseThrow());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/echo", "/index.htm", "/ahti.json/", "/..%2fpom.xml"})
  void otherPathsAreNotFound(String path) throws Exception {
    assertEquals(404, request("GET", path).statusCode());
  }

  @Test
  void closeGivesThePortBack() throws Exception {
    int port = server.port();
    request("GET", "/");

    server.close();

    assertThrows(IOException.class, () -> request("GET", "/"));
    try (PageServer next = PageServer.start("127.0.0.1", port, info::get)) {
      assertEquals(port, next.port());
    }
  }

  @Test
  void portInUseIsNamedInTheFailure() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      IOException e =
          assertThrows(
              IOException.class, () -> PageServer.start("127.0.0.1", port, info::get).close());

      assertTrue(e.getMessage().contains("127.0.0.1:" + port), e::getMessage);
    }
  }

  @Test
  void infoThatThePageCouldNotUseIsRefused() {
    List<String> endpoints = List.of("/echo");
    for (String url : List.of("http://127.0.0.1:4433", "https://127.0.0.1:4433/", "127.0.0.1")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new PageInfo(URI.create(url), List.of(), endpoints, "1"),
          url);
    }
    for (String hash : List.of("", "0A".repeat(32), "0a".repeat(31))) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new PageInfo(URL, List.of(hash), endpoints, "1"),
          hash);
    }
    assertThrows(
        IllegalArgumentException.class, () -> new PageInfo(URL, List.of(), List.of(), "1"));
  }
}
