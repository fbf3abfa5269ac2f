package dev.ahti.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The main class of a child JVM: the server or the client of one side. It takes commands as JSON
 * lines on stdin, answers each with one line on stdout, and ends when stdin does, so that no child
 * outlives the JVM that started it.
 */
public final class BenchChild {
  private static final int MAX_COMMANDS = 8;

  /** What the child prints besides answers goes to stderr: stdout is the protocol's. */
  private final PrintStream answers;

  private final Side side;
  private @Nullable BenchServer server;
  private @Nullable BenchClient client;
  private @Nullable BenchSession session;
  private @Nullable Workload workload;

  private BenchChild(Side side, PrintStream answers) {
    this.side = side;
    this.answers = answers;
  }

  /** Takes one argument: the name of the side. */
  public static void main(String[] arguments) throws InterruptedException {
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    BlockingQueue<String> commands = new ArrayBlockingQueue<>(MAX_COMMANDS);
    Thread reader = new Thread(() -> read(commands), "bench-commands");
    reader.setDaemon(true);
    reader.start();
    Side side = SideName.named(arguments[0]).orElseThrow().create();
    BenchChild child = new BenchChild(side, answers);
    while (true) {
      child.answer(commands.take());
    }
  }

  private static void read(BlockingQueue<String> commands) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        commands.put(line);
      }
    } catch (IOException | InterruptedException endOfCommands) {
      // The parent is gone either way.
    }
    // A normal exit, not a halt: a profiler's recording is written by a shutdown hook.
    System.exit(0);
  }

  private void answer(String line) throws InterruptedException {
    Map<String, Object> answer;
    try {
      answer = execute(Json.parse(line));
    } catch (RuntimeException failure) {
      failure.printStackTrace();
      answer = Map.of("event", "failed", "message", String.valueOf(failure.getMessage()));
    }
    answers.println(Json.line(answer));
  }

  private Map<String, Object> execute(JsonNode command) throws InterruptedException {
    return switch (command.path("do").asText()) {
      case "serve" -> serve();
      case "connect" -> connect(command);
      case "begin" -> begin(command);
      case "round" -> round(command);
      case "end" -> end();
      case "leave" -> leave();
      default -> throw new BenchException("unknown command: " + command.path("do").asText());
    };
  }

  private Map<String, Object> serve() {
    BenchServer opened = side.openServer();
    server = opened;
    Map<String, Object> answer = event("listening");
    answer.put("port", opened.port());
    answer.put("certificate", encode(opened.certificate()));
    answer.put("settings", side.settings());
    return answer;
  }

  private Map<String, Object> connect(JsonNode command) {
    client =
        side.openClient(command.path("port").asInt(), decode(command.path("certificate").asText()));
    return event("connected");
  }

  private Map<String, Object> begin(JsonNode command) throws InterruptedException {
    if (client == null) {
      throw new BenchException("no client yet");
    }
    workload = Workload.valueOf(command.path("workload").asText());
    session = await(client.open(workload.behaviour()), command);
    return event("begun");
  }

  private Map<String, Object> round(JsonNode command) throws InterruptedException {
    if (client == null || session == null || workload == null) {
      throw new BenchException("no workload has begun");
    }
    Round round = await(workload.run(client, session, command.path("amount").asLong()), command);
    Map<String, Object> answer = event("round");
    answer.put("value", round.value());
    answer.put("lost", round.lost());
    return answer;
  }

  private Map<String, Object> end() {
    if (session != null) {
      session.close();
      session = null;
    }
    return event("ended");
  }

  /** Closes everything in order, which the end of stdin does not, and looks what is left. */
  private Map<String, Object> leave() {
    end();
    if (client != null) {
      client.close();
      client = null;
    }
    if (server != null) {
      server.close();
      server = null;
    }
    Leaks.check();
    return event("left");
  }

  private static Map<String, Object> event(String name) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("event", name);
    return answer;
  }

  private static <T> T await(CompletionStage<T> stage, JsonNode command)
      throws InterruptedException {
    long seconds = command.path("seconds").asLong();
    try {
      return stage.toCompletableFuture().get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new BenchException("not done after " + seconds + " s", late);
    } catch (ExecutionException failure) {
      throw new BenchException(reason(failure), failure);
    }
  }

  private static String reason(ExecutionException failure) {
    Throwable cause = failure.getCause();
    return cause instanceof BenchException known
        ? String.valueOf(known.getMessage())
        : String.valueOf(cause);
  }

  private static String encode(X509Certificate certificate) {
    try {
      return Base64.getEncoder().encodeToString(certificate.getEncoded());
    } catch (CertificateException broken) {
      throw new BenchException("a certificate without encoding", broken);
    }
  }

  private static X509Certificate decode(String encoded) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(Base64.getDecoder().decode(encoded)));
    } catch (CertificateException broken) {
      throw new BenchException("not a certificate: " + encoded, broken);
    }
  }
}
