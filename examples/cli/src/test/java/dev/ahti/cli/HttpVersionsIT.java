package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ahti.wtspec.RawBody;
import dev.ahti.wtspec.RawCapsule;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawTcpOptions;
import dev.ahti.wtspec.RawTcpPeer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code serve} and {@code connect} with one version of HTTP, and the readings of HTTP/2. */
class HttpVersionsIT {
  private static final long ODD = 0x190b4d3bL;
  private static final long EVEN = 0x190b4d3cL;

  /** Limits that let the other side send. */
  private static final RawTcpOptions GENEROUS =
      RawTcpOptions.DEFAULTS
          .withSetting(0x2b61, 1 << 20)
          .withSetting(0x2b62, 1 << 18)
          .withSetting(0x2b63, 1 << 18)
          .withSetting(0x2b64, 100)
          .withSetting(0x2b65, 100)
          .withSetting(0x2b66, 1 << 18);

  @TempDir private static Path folder;

  private static AhtiProcess serve(String... more) throws Exception {
    List<String> line = new ArrayList<>(List.of("serve", "--port", "0", "--no-page", "--json"));
    line.addAll(Arrays.asList(more));
    return AhtiProcess.start(folder, line.toArray(String[]::new));
  }

  private static AhtiProcess connect(JsonNode listening, String... more) throws Exception {
    List<String> line =
        new ArrayList<>(List.of("connect", listening.get("url").asText() + "/echo"));
    line.addAll(List.of("--cert-hash", listening.get("certificateHash").asText(), "--json"));
    line.addAll(Arrays.asList(more));
    return AhtiProcess.start(folder, line.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({"--no-http3, http2, http3, 2", "--no-http2, http3, http2, 3"})
  void aServerOfOneVersionSaysSoAndIsReachedByIt(String off, String on, String absent, int http)
      throws Exception {
    try (AhtiProcess server = serve(off)) {
      JsonNode listening = server.json();
      assertFalse(listening.has(absent), listening::toString);
      assertEquals("https://127.0.0.1:" + listening.get(on).asInt(), listening.get("url").asText());
      try (AhtiProcess client = connect(listening)) {
        client.feed("hello".getBytes(StandardCharsets.UTF_8));
        assertEquals("hello", client.rest());
        assertEquals(0, client.exitCode(), client::errors);
        JsonNode connected = new ObjectMapper().readTree(client.errors().split("\\R")[0]);
        assertEquals(http, connected.get("http").asInt(), client::errors);
      }
      String other = off.equals("--no-http3") ? "--no-http2" : "--no-http3";
      try (AhtiProcess client = connect(listening, other, "--timeout", "2")) {
        assertEquals(1, client.exitCode());
        assertEquals(1, client.errors().lines().count(), client::errors);
        assertTrue(client.errors().startsWith("ahti connect: "), client::errors);
      }
      assertEquals(0, server.terminate().exitCode(), server::errors);
    }
  }

  @Test
  void aClientOfTheOneOrTheOtherGetsItFromAServerOfBoth() throws Exception {
    try (AhtiProcess server = serve()) {
      JsonNode listening = server.json();
      for (int http : new int[] {2, 3}) {
        try (AhtiProcess client = connect(listening, http == 2 ? "--no-http3" : "--no-http2")) {
          client.feed(new byte[0]);
          assertEquals(0, client.exitCode(), client::errors);
          JsonNode connected = new ObjectMapper().readTree(client.errors().split("\\R")[0]);
          assertEquals(http, connected.get("http").asInt(), client::errors);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"draft15, 190b4d3b, 190b4d3c", "legacy, 190b4d3c, 190b4d3b"})
  void aServerReadsTheEndOfAStreamAsItIsTold(String order, String fin, String data)
      throws Exception {
    try (AhtiProcess server = serve("--no-http3", "--h2-fin-order", order);
        RawTcpPeer raw = RawTcpPeer.connect(server.json().get("http2").asInt(), GENEROUS)) {
      raw.settings();
      RawBody session =
          raw.request(
              RawFields.of(
                  ":method", "CONNECT",
                  ":protocol", "webtransport",
                  ":scheme", "https",
                  ":authority", "127.0.0.1",
                  ":path", "/sink"));
      assertEquals("200", session.headers().get(":status").orElseThrow());
      String id = RawHttp.number(0);
      session.write(
          RawHttp.frame(Long.parseLong(data, 16), id + RawHttp.hex("seven"))
              + RawHttp.frame(Long.parseLong(data, 16), id + RawHttp.hex("!!"))
              + RawHttp.frame(Long.parseLong(fin, 16), id));
      // The answer is the count at the end of the stream, and an end.
      StringBuilder answer = new StringBuilder();
      long type = 0;
      while (type != Long.parseLong(fin, 16)) {
        RawCapsule next = session.capsule();
        type = next.type();
        if (type == ODD || type == EVEN) {
          answer.append(next.payload().substring(id.length()));
        }
      }
      assertEquals(RawHttp.hex("7"), answer.toString());
    }
  }

  /** A process takes longer to begin on a busy machine than a raw peer waits. */
  private static RawBody accepted(RawTcpPeer raw) {
    for (int tries = 2; ; tries--) {
      try {
        return raw.accept();
      } catch (AssertionError slow) {
        if (tries == 0) {
          throw slow;
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"draft15, 190b4d3b", "legacy, 190b4d3c"})
  void aClientEndsItsStreamAsItIsTold(String order, String fin) throws Exception {
    try (RawTcpPeer raw =
            RawTcpPeer.listen(
                GENEROUS.withSetting(0x8, 1).withSetting(0x2b60, 1).withSettingsBehindTheirs());
        AhtiProcess client =
            AhtiProcess.start(
                folder,
                "connect",
                "https://127.0.0.1:" + raw.port() + "/",
                "--insecure",
                "--no-http3",
                "--h2-fin-order",
                order)) {
      client.feed("hello".getBytes(StandardCharsets.UTF_8));
      RawBody session = accepted(raw);
      session.headers();
      session.write(RawFields.of(":status", "200"));
      String id = RawHttp.number(0);
      StringBuilder sent = new StringBuilder();
      long type = 0;
      while (type != Long.parseLong(fin, 16)) {
        RawCapsule next = session.capsule();
        type = next.type();
        if (type == ODD || type == EVEN) {
          sent.append(next.payload().substring(id.length()));
        }
      }
      assertEquals(RawHttp.hex("hello"), sent.toString());
      session.write(RawHttp.frame(Long.parseLong(fin, 16), id + RawHttp.hex("back")));
      assertEquals("back", client.rest());
      assertEquals(0, client.exitCode(), client::errors);
    }
  }
}
