package dev.ahti.examples.inspringboot;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The example in a JVM of its own, as a user would run it. */
final class Program implements AutoCloseable {
  private final Process process;
  private final CompletableFuture<String> line = new CompletableFuture<>();

  /**
   * Starts it.
   *
   * @param awaited what the line of its output begins with that says that it is ready
   */
  Program(Class<?> main, String awaited, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Thread reader = new Thread(() -> read(awaited), "output of " + main.getSimpleName());
    reader.setDaemon(true);
    reader.start();
  }

  private void read(String awaited) {
    StringBuilder all = new StringBuilder();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String next;
      while ((next = out.readLine()) != null) {
        all.append(next).append('\n');
        if (next.startsWith(awaited)) {
          line.complete(next);
        }
      }
    } catch (IOException closed) {
      all.append(closed);
    }
    line.completeExceptionally(new IllegalStateException("it has ended: " + all));
  }

  /** The line, once it is there. */
  String line() throws Exception {
    return line.get(60, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("it does not end at SIGTERM");
    }
  }
}
