package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Bad input at the command line: one clear line, exit code 2. */
class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "serve --port 65536 | 'ahti serve: Invalid value for option ''--port'': ''65536'' is no port (expected: 0 to 65535)'",
        "serve --port x | is no port",
        "serve --page-port -1 | is no port",
        "serve --cert a.pem | --cert and --key belong together",
        "serve --keystore a.p12 --cert a.pem --key k.pem | --keystore holds certificate and key",
        "serve --no-http3 | --no-http3 leaves nothing to serve",
        "serve --colour | --colour",
        "connect | Missing required parameter: 'URL'",
        "connect http://a/ | (expected: an absolute URL with the scheme https)",
        "connect https://a/ --cert-hash 12 | 64 hexadecimal digits",
        "connect https://a/ --draft 3 | expected: 02, 07, 14 or 16",
        "connect https://a/ --timeout 0 | above zero",
        "nonsense | nonsense",
      })
  void isAnsweredWithOneLine(String line, String part) {
    assertEquals(2, run(line), err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
    assertTrue(err.toString().contains(part), err::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "connect", "bench"})
  void everyCommandHasHelpWithExamples(String command) {
    assertEquals(0, run(command + " --help"));
    assertTrue(out.toString().contains("Examples:"), out::toString);
    assertTrue(out.toString().contains("ahti " + command + " "), out::toString);
  }

  private int run(String line) {
    CommandLine command = Main.commandLine(EndSignal.never());
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(line.strip().split(" +"));
  }
}
