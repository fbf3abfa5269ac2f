package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ahti serve} and {@code ahti connect} as two processes. */
class ServeAndConnectIT {
  @TempDir private static Path folder;

  private static AhtiProcess server;
  private static JsonNode listening;

  @BeforeAll
  static void serve() throws Exception {
    server = AhtiProcess.start(folder, "serve", "--port", "0", "--page-port", "0", "--json");
    listening = server.json();
  }

  /** A signal ends a command in order: the last test of all. */
  @AfterAll
  static void theServerEndsAtASignalWithCodeZero() throws Exception {
    try (AhtiProcess ending = server) {
      assertEquals(0, ending.terminate().exitCode(), ending::errors);
      assertEquals("", ending.errors());
    }
  }

  @Test
  void theFirstLineTellsWhereItListens() {
    assertEquals("listening", listening.get("event").asText());
    int port = listening.get("http3").asInt();
    assertTrue(port > 0);
    assertEquals("https://127.0.0.1:" + port, listening.get("url").asText());
    assertTrue(listening.get("certificateHash").asText().matches("[0-9a-f]{64}"));
    assertTrue(listening.get("page").asInt() > 0);
    assertEquals(port, listening.get("http2").asInt(), "one port for both");
  }

  @Test
  void thePageKnowsTheServersUrlAndHash() throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            "http://localhost:" + listening.get("page").asInt() + "/ahti.json"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    JsonNode page = new ObjectMapper().readTree(answer.body());
    assertEquals(listening.get("url"), page.get("url"));
    assertEquals(listening.get("certificateHash"), page.get("certificateHash"));
    assertEquals(2, page.get("certificateHashes").size(), "the next certificate's, too");
  }

  @ParameterizedTest
  @ValueSource(strings = {"02", "07", "14", "16"})
  void standardInputComesBackFromEcho(String draft) throws Exception {
    try (AhtiProcess client = connect("/echo", "--draft", draft)) {
      client.feed("hello\nworld\n".getBytes(StandardCharsets.UTF_8));
      assertEquals("hello\nworld\n", client.rest());
      assertEquals(0, client.exitCode(), client::errors);
    }
  }

  @Test
  void sinkAnswersTheCountAtFin() throws Exception {
    try (AhtiProcess client = connect("/sink")) {
      client.feed("12345678901".getBytes(StandardCharsets.UTF_8));
      assertEquals("11", client.rest());
      assertEquals(0, client.exitCode(), client::errors);
    }
  }

  @Test
  void sinkAnswersWhenTheDeclaredTotalHasCome() throws Exception {
    try (AhtiProcess client = connect("/sink")) {
      // Standard input stays open, so the answer cannot be that to a FIN.
      client.write(ByteBuffer.allocate(20).putLong(12).array());
      int count = Integer.parseInt(client.text(2));
      assertTrue(count >= 12 && count <= 20, () -> "counted " + count);
    }
  }

  @Test
  void whatComesOnStreamsOfTheServerIsReadAndCounted() throws Exception {
    try (AhtiProcess client = connect("/source?bytes=20000000")) {
      client.feed(new byte[0]);
      assertEquals("", client.rest());
      assertEquals(0, client.exitCode(), client::errors);
      assertOneLine(client, "serverStreams: streams 1, bytes 20000000");
    }
  }

  @Test
  void datagramsComeBackAsLines() throws Exception {
    try (AhtiProcess client = connect("/echo", "--datagram")) {
      client.feed("ping\n".getBytes(StandardCharsets.UTF_8));
      assertEquals("ping\n", client.rest());
      assertEquals(0, client.exitCode(), client::errors);
    }
  }

  @Test
  void aSignalEndsAClientInOrderWhileItsInputIsOpen() throws Exception {
    try (AhtiProcess client = connect("/push", "--datagram")) {
      client.line();
      assertEquals(0, client.terminate().exitCode(), client::errors);
      assertEquals("", client.errors());
    }
  }

  @Test
  void aWrongHashEndsWithOneLineAndCodeOne() throws Exception {
    try (AhtiProcess client =
        AhtiProcess.start(
            folder,
            "connect",
            listening.get("url").asText() + "/",
            "--cert-hash",
            "00".repeat(32))) {
      client.feed(new byte[0]);
      assertEquals(1, client.exitCode());
      assertOneLine(client, "ahti connect: ");
    }
  }

  @Test
  void aCloseByTheServerIsToldWithItsCodeAndReason() throws Exception {
    try (AhtiProcess client = connect("/source?bytes=bad")) {
      assertEquals(1, client.exitCode());
      assertOneLine(
          client, "closed the session with code 400: query: bytes=bad (expected: bytes=N");
    }
  }

  @Test
  void aLineThatIsTooLongForADatagramIsNamedAndTheNextIsSent() throws Exception {
    try (AhtiProcess client = connect("/echo", "--datagram")) {
      client.feed(("x".repeat(5000) + "\nping\n").getBytes(StandardCharsets.UTF_8));
      assertEquals("ping\n", client.rest());
      assertEquals(0, client.exitCode(), client::errors);
      assertOneLine(client, "a line of 5000 bytes is too long for a datagram (expected: at most ");
    }
  }

  @Test
  void verboseIsOneLineOfDraftAndAddress() throws Exception {
    try (AhtiProcess client = connect("/echo", "--verbose")) {
      client.feed(new byte[0]);
      assertEquals(0, client.exitCode(), client::errors);
      assertOneLine(client, "connected: draft ");
      assertOneLine(client, "address 127.0.0.1:" + listening.get("http3").asText());
    }
  }

  @Test
  void jsonTellsTheSessionAndItsStatisticsOnStandardError() throws Exception {
    try (AhtiProcess client = connect("/echo", "--json", "--datagram")) {
      client.feed("ping\n".getBytes(StandardCharsets.UTF_8));
      assertEquals("ping\n", client.rest());
      assertEquals(0, client.exitCode(), client::errors);
      String[] lines = client.errors().split("\\R");
      assertEquals(2, lines.length, client::errors);
      JsonNode connected = new ObjectMapper().readTree(lines[0]);
      assertEquals("connected", connected.get("event").asText());
      assertEquals(3, connected.get("http").asInt(), "the first to be tried");
      JsonNode statistics = new ObjectMapper().readTree(lines[1]);
      assertEquals("statistics", statistics.get("event").asText());
      assertEquals(1, statistics.get("datagramsSent").asInt());
      assertEquals(1, statistics.get("datagramsReceived").asInt());
      assertTrue(statistics.get("bytesReceived").asLong() > 0);
      assertTrue(statistics.get("smoothedRttMillis").asDouble() > 0);
    }
  }

  @Test
  void anUnknownPathSaysTheStatus() throws Exception {
    try (AhtiProcess client = connect("/nowhere")) {
      client.feed(new byte[0]);
      assertEquals(1, client.exitCode());
      assertOneLine(client, "405");
    }
  }

  @Test
  void aPortInUseEndsWithOneLineAndCodeOne() throws Exception {
    String port = listening.get("http3").asText();
    try (AhtiProcess second = AhtiProcess.start(folder, "serve", "--port", port, "--no-page")) {
      assertEquals(1, second.exitCode());
      assertOneLine(second, "127.0.0.1:" + port);
    }
  }

  @Test
  void aPagePortInUseEndsWithOneLineAndCodeOne() throws Exception {
    String port = listening.get("page").asText();
    try (AhtiProcess second =
        AhtiProcess.start(folder, "serve", "--port", "0", "--page-port", port)) {
      assertEquals(1, second.exitCode());
      assertOneLine(second, port);
    }
  }

  @Test
  void aMissingFileEndsWithOneLineAndCodeOne() throws Exception {
    try (AhtiProcess second =
        AhtiProcess.start(folder, "serve", "--cert", "none.pem", "--key", "none.key")) {
      assertEquals(1, second.exitCode());
      assertOneLine(second, "no such file");
    }
  }

  private static AhtiProcess connect(String path, String... more) throws Exception {
    String[] args = new String[4 + more.length];
    args[0] = "connect";
    args[1] = listening.get("url").asText() + path;
    args[2] = "--cert-hash";
    args[3] = listening.get("certificateHash").asText();
    System.arraycopy(more, 0, args, 4, more.length);
    return AhtiProcess.start(folder, args);
  }

  private static void assertOneLine(AhtiProcess process, String part) {
    String errors = process.errors();
    assertEquals(1, errors.lines().count(), errors);
    assertTrue(errors.contains(part), errors);
  }
}
