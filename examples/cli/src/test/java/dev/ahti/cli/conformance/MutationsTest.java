package dev.ahti.cli.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The edits that switch rules off still apply: of a rule that there is, to text that is found once.
 * Running the tests against them takes minutes, and is done by hand ({@code
 * docs/conformance-mutations.md}).
 */
class MutationsTest {

  @Test
  void everyEditStillApplies() throws IOException, InterruptedException {
    Process check =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "examples/wtspec/mutations/Mutate.java",
                "--check")
            .directory(Checkout.current().root().toFile())
            .redirectErrorStream(true)
            .start();
    try {
      String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(check.waitFor(60, TimeUnit.SECONDS), said);
      assertEquals(0, check.exitValue(), said);
      assertTrue(said.matches("\\d\\d+ edits apply\\R"), said);
    } finally {
      check.destroyForcibly();
    }
  }
}
