package dev.ahti.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;

/** One launch of one side: a server JVM and a client JVM. */
final class Pair implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);

  /** Children give up a little earlier than the parent, so that the reason comes from them. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Duration roundDeadline;
  private final Child server;
  private final Child client;
  private final JsonNode settings;

  private Pair(Duration roundDeadline, Child server, Child client, JsonNode settings) {
    this.roundDeadline = roundDeadline;
    this.server = server;
    this.client = client;
    this.settings = settings;
  }

  static Pair start(SideName side, Plan plan) throws InterruptedException {
    Child server = Child.start(side, "server", plan);
    try {
      Child client = Child.start(side, "client", plan);
      try {
        JsonNode listening = server.request(Map.of("do", "serve"), START);
        client.request(
            Map.of(
                "do",
                "connect",
                "port",
                listening.path("port").asInt(),
                "certificate",
                listening.path("certificate").asText()),
            START);
        return new Pair(plan.roundDeadline(), server, client, listening.path("settings"));
      } catch (RuntimeException | InterruptedException failure) {
        client.close();
        throw failure;
      }
    } catch (RuntimeException | InterruptedException failure) {
      server.close();
      throw failure;
    }
  }

  /** The server's transport settings. */
  JsonNode settings() {
    return settings;
  }

  void begin(Workload workload) throws InterruptedException {
    client.request(
        Map.of("do", "begin", "workload", workload.name(), "seconds", seconds()), deadline());
  }

  Round round(long amount) throws InterruptedException {
    JsonNode answer =
        client.request(Map.of("do", "round", "amount", amount, "seconds", seconds()), deadline());
    return new Round(answer.path("value").asDouble(), answer.path("lost").asLong());
  }

  void end() throws InterruptedException {
    client.request(Map.of("do", "end"), deadline());
  }

  /** Closes both sides in order; buffers that a child has not given back are a failure. */
  void leave() throws InterruptedException {
    client.request(Map.of("do", "leave"), START);
    server.request(Map.of("do", "leave"), START);
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }

  private long seconds() {
    return roundDeadline.toSeconds();
  }

  private Duration deadline() {
    return roundDeadline.plus(GRACE);
  }
}
