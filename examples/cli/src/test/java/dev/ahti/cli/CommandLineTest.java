package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
        "serve --no-http2 --no-http3 | --no-http2 and --no-http3 leave nothing",
        "serve --no-http2 --h2-fin-order legacy | --h2-fin-order is about HTTP/2: give it or --no-http2",
        "serve --h2-fin-order odd | --h2-fin-order: odd (expected: draft15 or legacy)",
        "serve --colour | --colour",
        "connect | Missing required parameter: 'URL'",
        "connect http://a/ | (expected: an absolute URL with the scheme https)",
        "connect https://a/ --cert-hash 12 | 64 hexadecimal digits",
        "connect https://a/ --draft 3 | expected: 02, 07, 14 or 16",
        "connect https://a/ --no-http3 --no-http2 | --no-http2 and --no-http3 leave nothing",
        "connect https://a/ --no-http2 --h2-fin-order legacy | --h2-fin-order is about HTTP/2",
        "connect https://a/ --h2-fin-order 15 | --h2-fin-order: 15 (expected: draft15 or legacy)",
        "connect https://a/ --no-http3 --draft 16 | --draft is about HTTP/3: give it or --no-http3",
        "connect https://a/ --draft 16 --h2-fin-order legacy | give one of them",
        "serve --port 8080 | --port and --page-port: both 8080 (expected: two ports, as HTTP/2 and the demo page are both on TCP)",
        "serve --drain-timeout -1 | --drain-timeout: -1 (expected: 0 to 86400 seconds)",
        "serve --drain-timeout 86401 | --drain-timeout: 86401 (expected: 0 to 86400 seconds)",
        "connect https://a/ --timeout 0 | --timeout: 0 (expected: a number of seconds above zero)",
        "connect https://a/ --wait -1 | --wait: -1 (expected: a number of seconds, 0 or more)",
        "connect https://a/ --origin no-origin | --origin: no-origin (expected: null, scheme://host",
        "connect https://a/ --origin https://b/path | --origin: https://b/path (expected:",
        "serve --origin no-origin | --origin: no-origin (expected: * or null, scheme://host",
        "nonsense | nonsense",
      })
  void isAnsweredWithOneLine(String line, String part) {
    assertEquals(2, run(line), err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
    assertTrue(err.toString().contains(part), err::toString);
  }

  @Test
  void anOriginWithASpaceIsNamedWithItsOption() {
    for (String[] line : List.of(words("serve"), words("connect", "https://a/"))) {
      err.getBuffer().setLength(0);
      assertEquals(2, run(line), err::toString);
      assertEquals(1, err.toString().lines().count(), err::toString);
      assertTrue(err.toString().contains("--origin: not an origin (expected: "), err::toString);
    }
  }

  private static String[] words(String... first) {
    return Stream.concat(Stream.of(first), Stream.of("--origin", "not an origin"))
        .toArray(String[]::new);
  }

  @ParameterizedTest
  @CsvSource({
    "no-such-file.pem, no such file",
    "'', no certificate in PEM",
    "text.pem, no certificate in PEM",
    "empty.pem, empty"
  })
  void anAuthorityFileIsNamedWithItsOption(String name, String why, @TempDir Path folder)
      throws Exception {
    Files.writeString(folder.resolve("text.pem"), "not a certificate");
    Files.createFile(folder.resolve("empty.pem"));
    Path file = folder.resolve(name);
    assertEquals(1, run("connect", "https://a/", "--ca", file.toString()));
    assertEquals(1, err.toString().lines().count(), err::toString);
    assertTrue(
        err.toString().startsWith("ahti connect: --ca: " + file + ": " + why), err::toString);
    assertTrue(err.toString().contains("expected: "), err::toString);
  }

  @Test
  void helpBreaksNoUrl() {
    run("serve --help");
    out.toString().lines().forEach(line -> assertFalse(line.endsWith("https:"), line));
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "connect", "bench"})
  void everyCommandHasHelpWithExamples(String command) {
    assertEquals(0, run(command + " --help"));
    assertTrue(out.toString().contains("Examples:"), out::toString);
    assertTrue(out.toString().contains("ahti " + command + " "), out::toString);
  }

  private int run(String line) {
    return run(line.strip().split(" +"));
  }

  private int run(String... words) {
    CommandLine command = Main.commandLine(EndSignal.never());
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(words);
  }
}
