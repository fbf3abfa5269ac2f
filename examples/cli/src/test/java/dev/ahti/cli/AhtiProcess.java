package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The {@code ahti} command as its user runs it: a process of its own. One that leaves a buffer says
 * so on standard error and has an exit code of its own, see {@link CheckedMain}.
 */
final class AhtiProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 40;
  private static final long OUTPUT_SECONDS = 30;
  private static final int OUTPUT_LIMIT = 1 << 16;
  private static final int END = -1;

  private final Process process;
  private final Path errors;

  /** The characters of standard output that nobody has asked for yet, and {@link #END}. */
  private final BlockingQueue<Integer> out = new LinkedBlockingQueue<>(OUTPUT_LIMIT);

  private boolean ended;

  private AhtiProcess(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    // A read from a pipe knows no deadline, so it is done by a thread that nobody waits for.
    Thread reader = new Thread(this::readOutput, "output-of-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  static AhtiProcess start(Path folder, String... args) throws IOException {
    return start(folder, List.of(), args);
  }

  static AhtiProcess start(Path folder, List<String> jvmOptions, String... args)
      throws IOException {
    return start(folder, jvmOptions, System.getProperty("java.class.path"), args);
  }

  /** On a machine that lacks some of the jars. */
  static AhtiProcess startWithout(Path folder, Predicate<Path> jars, String... args)
      throws IOException {
    List<String> left = new ArrayList<>();
    boolean found = false;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (jars.test(Path.of(entry))) {
        found = true;
      } else {
        left.add(entry);
      }
    }
    assertTrue(found, "no such jar on the class path, which is " + left);
    return start(folder, List.of(), String.join(File.pathSeparator, left), args);
  }

  private static AhtiProcess start(
      Path folder, List<String> jvmOptions, String classPath, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.add("-XX:TieredStopAtLevel=1");
    // The command's own log configuration, not that of the tests.
    command.add("-Dlogback.configurationFile=logback.xml");
    command.add("-Dio.netty.customResourceLeakDetector=io.netty.util.LeakPresenceDetector");
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(classPath);
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
  String text(int length) throws InterruptedException {
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      int next = next();
      assertTrue(next != END, () -> "no more output; standard error says: " + errors());
      text.append((char) next);
    }
    return text.toString();
  }

  /** The next line of standard output. */
  String line() throws InterruptedException {
    StringBuilder line = new StringBuilder();
    int next = next();
    assertTrue(next != END, () -> "no line; standard error says: " + errors());
    for (; next != END && next != '\n'; next = next()) {
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }

  /** The next line of standard output as JSON. */
  JsonNode json() throws IOException, InterruptedException {
    return new ObjectMapper().readTree(line());
  }

  /** Everything that is left on standard output. */
  String rest() throws InterruptedException {
    StringBuilder text = new StringBuilder();
    for (int next = next(); next != END; next = next()) {
      text.append((char) next);
    }
    return text.toString();
  }

  private int next() throws InterruptedException {
    if (ended) {
      return END;
    }
    Integer next = out.poll(OUTPUT_SECONDS, TimeUnit.SECONDS);
    assertTrue(next != null, () -> "no output in time; standard error says: " + errors());
    ended = next == END;
    return next;
  }

  private void readOutput() {
    try (Reader from = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
      for (int c = from.read(); c != END; c = from.read()) {
        out.put(c);
      }
      out.put(END);
    } catch (IOException closed) {
      out.offer(END);
    } catch (InterruptedException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** What was written to standard error so far. */
  String errors() {
    try {
      return Files.readString(errors);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Sends SIGTERM, and no more: {@link Process#destroy} would end standard input too. */
  AhtiProcess terminate() {
    process.toHandle().destroy();
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
