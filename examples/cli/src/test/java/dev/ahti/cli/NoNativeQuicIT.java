package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine for which there is no native library of QUIC: the jars with them are not there. */
class NoNativeQuicIT {
  @TempDir private static Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve --port 0 --page-port 0",
        "serve --port 0 --no-page --json",
        "connect https://127.0.0.1:4433/echo --insecure --no-http2"
      })
  void aCommandEndsWithOneLineThatSaysWhatIsMissing(String line) throws Exception {
    try (AhtiProcess command =
        AhtiProcess.startWithout(folder, NoNativeQuicIT::hasQuic, line.split(" "))) {
      assertEquals(1, command.exitCode(), command::errors);
      String errors = command.errors();
      assertEquals(1, errors.lines().count(), errors);
      String begin = "ahti " + line.split(" ")[0] + ": QUIC does not run on this machine (";
      assertTrue(errors.startsWith(begin), errors);
      assertTrue(errors.contains("io.netty:netty-codec-native-quic"), errors);
      assertEquals("", command.rest());
    }
  }

  /** HTTP/2 needs none of it, and a client that may use both goes there at once. */
  @ParameterizedTest
  @ValueSource(strings = {"", " --no-http3"})
  void overHttp2ServerAndClientWork(String clients) throws Exception {
    try (AhtiProcess server = start("serve --port 0 --no-page --json --no-http3")) {
      JsonNode listening = server.json();
      String line =
          "connect "
              + listening.get("url").asText()
              + "/echo --cert-hash "
              + listening.get("certificateHash").asText();
      try (AhtiProcess client = start(line + clients)) {
        client.feed("hello".getBytes(StandardCharsets.UTF_8));
        assertEquals("hello", client.rest());
        assertEquals(0, client.exitCode(), client::errors);
      }
      assertEquals(0, server.terminate().exitCode(), server::errors);
    }
  }

  private static AhtiProcess start(String line) throws Exception {
    return AhtiProcess.startWithout(folder, NoNativeQuicIT::hasQuic, line.split(" "));
  }

  private static boolean hasQuic(Path jar) {
    return jar.getFileName().toString().startsWith("netty-codec-native-quic-");
  }
}
