package dev.ahti.cli.browser;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A browser that has a page open, with a home, a profile and a temporary directory of its own.
 *
 * <p>{@link #close} ends every process of it and removes its files.
 */
final class BrowserRun implements AutoCloseable {

  private static final int TAIL_BYTES = 4096;
  private static final Duration END_WITHIN = Duration.ofSeconds(10);

  private final Path directory;
  private final Process process;

  private BrowserRun(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
  }

  /**
   * Starts a browser.
   *
   * @param parent where its directory is made; the path should be short, since a browser puts
   *     sockets there whose paths are bounded
   */
  static BrowserRun start(Browser browser, Path program, URI page, Path parent) throws IOException {
    Path directory = Files.createTempDirectory(parent, "browser-");
    try {
      Path profile = Files.createDirectory(directory.resolve("profile"));
      ProcessBuilder builder = new ProcessBuilder(browser.command(program, profile, page));
      Map<String, String> environment = builder.environment();
      environment.put("HOME", directory.toString());
      environment.put("TMPDIR", Files.createDirectory(directory.resolve("t")).toString());
      environment.keySet().removeIf(name -> name.startsWith("XDG_"));
      Process process =
          builder
              .redirectErrorStream(true)
              .redirectOutput(output(directory).toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      return new BrowserRun(directory, process);
    } catch (IOException | RuntimeException e) {
      delete(directory);
      throw e;
    }
  }

  /** Completes with the exit code when the browser ends before it is told to. */
  CompletableFuture<Integer> ended() {
    return process.onExit().thenApply(Process::exitValue);
  }

  /** The last lines that the browser wrote to its standard output and error. */
  String outputTail() {
    try (RandomAccessFile file = new RandomAccessFile(output(directory).toFile(), "r")) {
      file.seek(Math.max(0, file.length() - TAIL_BYTES));
      byte[] tail = new byte[(int) Math.min(TAIL_BYTES, file.length() - file.getFilePointer())];
      file.readFully(tail);
      return new String(tail, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "(its output cannot be read: " + e + ")";
    }
  }

  @Override
  public void close() throws IOException {
    try {
      endProcesses();
    } finally {
      delete(directory);
    }
  }

  /**
   * Kills in rounds until none is left: a process that is being killed may just have started
   * another one. One whose parent is gone is known by the directory in its command line.
   */
  private void endProcesses() throws IOException {
    long deadline = System.nanoTime() + END_WITHIN.toNanos();
    List<ProcessHandle> left = processes();
    while (!left.isEmpty()) {
      left.forEach(ProcessHandle::destroyForcibly);
      CompletableFuture<?> gone =
          CompletableFuture.allOf(
              left.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new));
      try {
        gone.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while the browser was being ended", e);
      } catch (ExecutionException | TimeoutException e) {
        throw new IOException("browser processes that do not end: " + left, e);
      }
      left = processes();
    }
  }

  private List<ProcessHandle> processes() {
    Stream<ProcessHandle> family =
        Stream.concat(Stream.of(process.toHandle()), process.descendants());
    Stream<ProcessHandle> orphans =
        ProcessHandle.allProcesses()
            .filter(p -> p.info().commandLine().orElse("").contains(directory.toString()));
    return Stream.concat(family, orphans).filter(ProcessHandle::isAlive).distinct().toList();
  }

  private static Path output(Path directory) {
    return directory.resolve("output");
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
