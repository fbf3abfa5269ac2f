package dev.ahti.cli.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * {@code @fails-components/webtransport} in a process of its own, which tells what it sees in JSON
 * lines.
 */
final class NodePeer implements AutoCloseable {
  /** Names the folder into which npm installed the package. */
  static final String PROPERTY = "ahti.peer.fails-components";

  private static final long PATIENCE_SECONDS = 40;
  private static final String PACKAGE = "@fails-components/webtransport";

  private final Process process;
  private final Path errors;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>(1000);
  private final List<String> passed = new ArrayList<>();

  private NodePeer(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    // A read from a pipe knows no deadline, so it is done by a thread that nobody waits for.
    Thread reader = new Thread(this::read, "lines-of-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /** What is needed to start one. */
  record Installed(Path node, Path folder) {

    /**
     * What is installed, or the end of the test: skipped, or failed where peers are demanded with
     * {@code -Dahti.peers=required}.
     */
    static Installed findOrSkip() {
      return findOrSkip(System::getProperty, Objects.requireNonNullElse(System.getenv("PATH"), ""));
    }

    /** Finds it with properties and a search path that a test may choose. */
    static Installed findOrSkip(UnaryOperator<String> properties, String searchPath) {
      Optional<Path> node =
          Stream.of(searchPath.split(File.pathSeparator))
              .map(directory -> Path.of(directory, "node"))
              .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
              .findFirst();
      String folder = properties.apply(PROPERTY);
      String why = null;
      if (folder == null) {
        why = PROPERTY + " is not set (expected: the folder where npm installed it)";
      } else if (!Files.isDirectory(Path.of(folder, "node_modules", PACKAGE))) {
        why = PROPERTY + " names a folder without it: " + folder;
      } else if (node.isEmpty()) {
        why = "no node is on the PATH";
      }
      if (why != null) {
        String message = "no " + PACKAGE + ": " + why;
        if ("required".equals(properties.apply("ahti.peers"))) {
          Assertions.fail(message + " (-Dahti.peers=required demands it)");
        }
        Assumptions.abort(message);
      }
      return new Installed(node.orElseThrow(), Path.of(folder));
    }

    /**
     * Starts one.
     *
     * @param scratch holds its script and what it writes to standard error
     * @param args as the script has them
     */
    NodePeer start(Path scratch, String... args) throws IOException {
      Path script = scratch.resolve("peer.mjs");
      try (InputStream source = NodePeer.class.getResourceAsStream("peer.mjs")) {
        Files.write(script, Objects.requireNonNull(source, "peer.mjs").readAllBytes());
      }
      List<String> command = new ArrayList<>();
      command.addAll(List.of(node.toString(), script.toString(), folder.toString()));
      command.addAll(List.of(args));
      Path errors = Files.createTempFile(scratch, "stderr", ".txt");
      return new NodePeer(
          new ProcessBuilder(command).redirectError(errors.toFile()).start(), errors);
    }
  }

  private void read() {
    try (BufferedReader from = process.inputReader(StandardCharsets.UTF_8)) {
      from.lines().filter(line -> line.startsWith("{")).forEach(lines::add);
    } catch (IOException | UncheckedIOException closed) {
      // The process is gone; whoever waits for a line is told so by the time that passes.
    }
  }

  /** The next of these events; those before it are passed over. */
  JsonNode event(String name) throws IOException, InterruptedException {
    while (true) {
      String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError(
            "waited in vain for " + name + " behind " + passed + "; " + Files.readString(errors));
      }
      JsonNode event = new ObjectMapper().readTree(line);
      if (event.get("event").asText().equals(name)) {
        return event;
      }
      passed.add(line);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
