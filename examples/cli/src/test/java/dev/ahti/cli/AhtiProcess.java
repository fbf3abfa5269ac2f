package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The {@code ahti} command as its user runs it: a process of its own. One that leaves a buffer says
 * so on standard error and has an exit code of its own, see {@link CheckedMain}.
 */
final class AhtiProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 40;

  private final Process process;
  private final Path errors;
  private final BufferedReader out;

  private AhtiProcess(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    this.out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static AhtiProcess start(Path folder, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.add("-XX:TieredStopAtLevel=1");
    // The command's own log configuration, not that of the tests.
    command.add("-Dlogback.configurationFile=logback.xml");
    command.add("-Dio.netty.customResourceLeakDetector=io.netty.util.LeakPresenceDetector");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(CheckedMain.class.getName());
    command.addAll(List.of(args));
    Path errors = Files.createTempFile(folder, "stderr", ".txt");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    return new AhtiProcess(process, errors);
  }

  /** Writes standard input and ends it. */
  AhtiProcess feed(byte[] input) throws IOException {
    try (var in = process.getOutputStream()) {
      in.write(input);
    }
    return this;
  }

  /** Writes standard input and leaves it open. */
  AhtiProcess write(byte[] input) throws IOException {
    process.getOutputStream().write(input);
    process.getOutputStream().flush();
    return this;
  }

  /** The next characters of standard output, as many. */
  String text(int length) throws IOException {
    char[] text = new char[length];
    for (int have = 0, more; have < length; have += more) {
      more = out.read(text, have, length - have);
      assertTrue(more > 0, () -> "no more output; standard error says: " + errors());
    }
    return new String(text);
  }

  /** The next line of standard output. */
  String line() throws IOException {
    String line = out.readLine();
    assertTrue(line != null, () -> "no line; standard error says: " + errors());
    return line;
  }

  /** The next line of standard output as JSON. */
  JsonNode json() throws IOException {
    return new ObjectMapper().readTree(line());
  }

  /** Everything that is left on standard output. */
  String rest() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int c = out.read(); c >= 0; c = out.read()) {
      text.append((char) c);
    }
    return text.toString();
  }

  /** What was written to standard error so far. */
  String errors() {
    try {
      return Files.readString(errors);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Sends SIGTERM. */
  AhtiProcess terminate() {
    process.destroy();
    return this;
  }

  int exitCode() throws InterruptedException {
    assertTrue(
        process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS),
        () -> "still running; standard error says: " + errors());
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
