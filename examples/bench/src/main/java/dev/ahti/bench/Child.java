package dev.ahti.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The parent's handle on one child JVM. One request at a time, each with a deadline. */
final class Child implements AutoCloseable {
  /** The same for all, so that no side gains by a larger heap. */
  private static final List<String> COMMON =
      List.of(
          "-Xms512m",
          "-Xmx512m",
          // A side waits while the others have their rounds.
          "-Dahti.netty.idle-timeout=300s",
          // All clients have one address here.
          "-Dahti.listener.admission.connections=1000000",
          "-Dahti.listener.admission.connection-rate=1000000",
          "-Dahti.listener.admission.connection-burst=1000000",
          "-Dahti.listener.admission.sessions=1000000",
          // One connection lives on one loop; more of them would only stand by.
          "-Dahti.netty.event-loops=1");

  private static final int MAX_ANSWERS = 16;
  private static final int KEPT_LINES = 3;
  private static final Duration EXIT = Duration.ofSeconds(10);

  private final String name;
  private final Process process;
  private final BooleanSupplier ended;
  private final BufferedWriter commands;
  private final BlockingQueue<String> answers = new ArrayBlockingQueue<>(MAX_ANSWERS);
  private final Deque<String> said = new ArrayDeque<>();

  private Child(String name, Process process, BooleanSupplier ended) {
    this.name = name;
    this.ended = ended;
    this.process = process;
    this.commands =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    follow(process.getInputStream(), this::answered, "answers");
    follow(process.getErrorStream(), this::keep, "stderr");
  }

  /** Starts a child; {@code role} is for messages and for a profiler's file name. */
  static Child start(SideName side, String role, Plan plan) {
    List<String> command = new ArrayList<>();
    command.add(Path.java());
    command.addAll(COMMON);
    command.addAll(side.jvmArguments());
    plan.jvmArguments()
        .forEach(each -> command.add(each.replace("{role}", side.label() + "-" + role)));
    command.addAll(List.of("-cp", ClassPaths.current(), BenchChild.class.getName(), side.label()));
    String name = side.label() + " " + role;
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      if (plan.verbose()) {
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      }
      return new Child(name, builder.start(), plan.ended());
    } catch (IOException failure) {
      throw new BenchException("cannot start the " + name + ": " + failure.getMessage(), failure);
    }
  }

  static List<String> common() {
    return COMMON;
  }

  /** Sends one command and gives its answer; a failed or missing one is a BenchException. */
  JsonNode request(Map<String, ?> command, Duration deadline) throws InterruptedException {
    try {
      commands.write(Json.line(command));
      commands.newLine();
      commands.flush();
    } catch (IOException gone) {
      throw failure("has gone: " + gone.getMessage());
    }
    String line = await(deadline);
    JsonNode answer = Json.parse(line);
    if (answer.path("event").asText().equals("failed")) {
      throw failure("failed at " + command.get("do") + ": " + answer.path("message").asText());
    }
    return answer;
  }

  private String await(Duration deadline) throws InterruptedException {
    long end = System.nanoTime() + deadline.toNanos();
    while (true) {
      String line = answers.poll(100, TimeUnit.MILLISECONDS);
      if (line != null) {
        return line;
      }
      if (ended.getAsBoolean()) {
        throw new InterruptedException("ended early");
      }
      if (!process.isAlive() && answers.isEmpty()) {
        throw failure("ended with exit code " + process.exitValue());
      }
      if (System.nanoTime() - end > 0) {
        throw failure("gave no answer for " + deadline.toSeconds() + " s");
      }
    }
  }

  @Override
  public void close() {
    try {
      // The end of its stdin is the child's sign to leave.
      commands.close();
    } catch (IOException alreadyGone) {
      keep("stdin: " + alreadyGone.getMessage());
    }
    try {
      if (!process.waitFor(EXIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException stop) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private BenchException failure(String what) {
    synchronized (said) {
      String tail = said.isEmpty() ? "" : System.lineSeparator() + String.join("\n", said);
      return new BenchException("the " + name + " " + what + tail);
    }
  }

  private void answered(String line) {
    if (!line.startsWith("{")) {
      // The JVM itself may write to stdout before our main class does: a profiler that starts.
      keep(line);
    } else if (!answers.offer(line)) {
      keep("dropped an answer nobody asked for: " + line);
    }
  }

  private void keep(String line) {
    synchronized (said) {
      if (said.size() == KEPT_LINES) {
        said.removeFirst();
      }
      said.addLast(line);
    }
  }

  private void follow(InputStream stream, Consumer<String> each, String what) {
    Thread thread =
        new Thread(
            () -> {
              try (BufferedReader lines =
                  new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                lines.lines().forEach(each);
              } catch (IOException | java.io.UncheckedIOException end) {
                keep(what + ": " + end.getMessage());
              }
            },
            "bench-" + name + "-" + what);
    thread.setDaemon(true);
    thread.start();
  }

  /** Where this JVM's own launcher is. */
  private static final class Path {
    static String java() {
      return System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
    }
  }
}
