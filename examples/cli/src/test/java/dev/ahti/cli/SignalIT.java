package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("DESIGN 8: a signal ends each command cleanly with exit code 0")
class SignalIT {
  private static final int PATIENCE_MILLIS = 30_000;

  @TempDir private static Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve --port 0 --page-port 0 --json",
        "connect https://127.0.0.1:4433/echo",
        "connect https://127.0.0.1:4433/echo --datagram"
      })
  void whileTheActorSystemStartsAndAgainWhileItEnds(String line) throws Exception {
    try (AhtiProcess command =
        AhtiProcess.start(folder, List.of(SignalAtStart.OPTION), line.split(" "))) {
      assertEndsCleanly(command);
      assertEquals("", command.rest(), "it never came to its first line");
    }
  }

  @Test
  void whileAClientConnects() throws Exception {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      silent.setSoTimeout(PATIENCE_MILLIS);
      String url = "https://127.0.0.1:" + silent.getLocalPort() + "/echo";
      try (AhtiProcess client = AhtiProcess.start(folder, "connect", url)) {
        silent.receive(new DatagramPacket(new byte[2048], 2048));
        assertEndsCleanly(client.terminate());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/echo", "/push --datagram"})
  void twiceWhileASessionIsOpen(String path) throws Exception {
    try (AhtiProcess server =
        AhtiProcess.start(folder, "serve", "--port", "0", "--no-page", "--json")) {
      var listening = server.json();
      String line = "connect " + listening.get("url").asText() + path + " --insecure";
      try (AhtiProcess client = AhtiProcess.start(folder, line.split(" "))) {
        client.write("here\n".getBytes());
        client.line();
        client.terminate();
        assertEndsCleanly(client.terminate());
      }
      assertEndsCleanly(server.terminate().terminate());
    }
  }

  private static void assertEndsCleanly(AhtiProcess command) throws Exception {
    assertEquals(0, command.exitCode(), command::errors);
    assertEquals("", command.errors());
  }
}
