package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        "connect https://127.0.0.1:4433/echo --insecure"
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

  private static boolean hasQuic(Path jar) {
    return jar.getFileName().toString().startsWith("netty-codec-native-quic-");
  }
}
