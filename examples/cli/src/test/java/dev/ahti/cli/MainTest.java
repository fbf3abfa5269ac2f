package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    CommandLine commandLine = Main.commandLine(EndSignal.never());
    commandLine.setOut(new PrintWriter(out));
    commandLine.setErr(new PrintWriter(err));
    return commandLine.execute(args);
  }

  @Test
  void helpNamesTheCommandAndSucceeds() {
    assertEquals(0, run("--help"));
    assertTrue(out.toString().startsWith("Usage: ahti"), out::toString);
    assertEquals("", err.toString());
  }

  @Test
  void versionIsTheOneOfTheBuild() {
    assertEquals(0, run("--version"));
    assertTrue(out.toString().matches("(?s)ahti \\d+\\.\\d+\\.\\d+.*"), out::toString);
  }

  @Test
  void badOptionEndsWithOneLineAndExitCodeTwo() {
    assertEquals(2, run("--no-such-option"));
    assertEquals(1, err.toString().lines().count(), err::toString);
    assertTrue(err.toString().contains("--no-such-option"), err::toString);
    assertEquals("", out.toString());
  }

  @Test
  void missingCommandEndsWithOneLineAndExitCodeTwo() {
    assertEquals(2, run());
    assertEquals(1, err.toString().lines().count(), err::toString);
  }
}
