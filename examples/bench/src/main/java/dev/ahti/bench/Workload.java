package dev.ahti.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What is measured. Workloads know sessions only, not which side implements them. */
public enum Workload {
  /**
   * One bidirectional stream, client to server; the server checks the content. As long a warm-up as
   * both sides need: the compilers of four JVMs take what is left of two processors for about 3
   * GiB.
   */
  BULK_UP("bulk-up", "MiB/s", Behaviour.SINK, new Effort(512L << 20, 8), 4L << 20),
  /** One bidirectional stream, server to client; the client checks the content. */
  BULK_DOWN("bulk-down", "MiB/s", Behaviour.SOURCE, new Effort(512L << 20, 8), 4L << 20),
  /** Short bidirectional streams: open, 100 bytes, echo, FIN, 32 at a time. */
  STREAMS("streams", "streams/s", Behaviour.ECHO, new Effort(10_000, 20), 500),
  /** Sessions, each on a connection of its own that is closed again, 8 at a time. */
  SESSIONS("sessions", "sessions/s", Behaviour.ECHO, new Effort(2_000, 4), 50),
  /** 64-byte ping-pong on one stream. */
  RTT("rtt", "us", Behaviour.ECHO, new Effort(20_000, 4), 500),
  /** Datagram echo, one at a time. */
  DATAGRAMS_1("datagrams-1", "echoes/s", Behaviour.ECHO, new Effort(20_000, 4), 500),
  /** Datagram echo, 32 unanswered. */
  DATAGRAMS_32("datagrams-32", "echoes/s", Behaviour.ECHO, new Effort(100_000, 3), 1_000),
  /** Datagram echo, 512 unanswered. */
  DATAGRAMS_512("datagrams-512", "echoes/s", Behaviour.ECHO, new Effort(100_000, 3), 1_000);

  private static final int SESSION_WINDOW = 8;
  private static final int STREAM_WINDOW = 32;
  private static final int STREAM_BYTES = 100;
  private static final int PING_BYTES = 64;
  private static final int DATAGRAM_BYTES = 32;
  private static final double MIB = 1 << 20;
  private static final double NANOS = 1e9;

  private final String label;
  private final String unit;
  private final Behaviour behaviour;
  private final Effort full;
  private final long quickAmount;

  Workload(String label, String unit, Behaviour behaviour, Effort full, long quickAmount) {
    this.label = label;
    this.unit = unit;
    this.behaviour = behaviour;
    this.full = full;
    this.quickAmount = quickAmount;
  }

  /** The name on the command line and in the JSON. */
  public String label() {
    return label;
  }

  /** The unit of {@link Round#value}. */
  public String unit() {
    return unit;
  }

  /** Whether a smaller figure is the better one. */
  public boolean lessIsBetter() {
    return this == RTT;
  }

  /** What the server has to do. */
  public Behaviour behaviour() {
    return behaviour;
  }

  /** The amounts of a real run, or of a quick one that only shows that everything works. */
  public Effort effort(boolean quick) {
    return quick ? new Effort(quickAmount, 1) : full;
  }

  /** Runs one round, on a session that a client has open. */
  public CompletionStage<Round> run(BenchClient client, BenchSession session, long amount) {
    long start = System.nanoTime();
    return switch (this) {
      case BULK_UP -> bulk(session.upload(amount), amount, start);
      case BULK_DOWN -> bulk(session.download(amount), amount, start);
      case STREAMS ->
          session
              .exchangeStreams((int) amount, STREAM_WINDOW, STREAM_BYTES)
              .thenApply(done -> new Round(perSecond(amount, start), 0));
      case SESSIONS ->
          SessionLoad.run(client, behaviour, (int) amount, SESSION_WINDOW)
              .thenApply(done -> new Round(perSecond(amount, start), 0));
      case RTT -> session.pingPong((int) amount, PING_BYTES).thenApply(Workload::medianMicros);
      case DATAGRAMS_1 -> datagrams(session, (int) amount, 1, start);
      case DATAGRAMS_32 -> datagrams(session, (int) amount, 32, start);
      case DATAGRAMS_512 -> datagrams(session, (int) amount, 512, start);
    };
  }

  /** The workloads a word on the command line means; empty when it means none. */
  public static Optional<List<Workload>> named(String word) {
    if (word.equals("datagrams")) {
      return Optional.of(List.of(DATAGRAMS_1, DATAGRAMS_32, DATAGRAMS_512));
    }
    return Arrays.stream(values())
        .filter(each -> each.label.equals(word))
        .findFirst()
        .map(List::of);
  }

  /** Every word {@link #named} knows, for messages. */
  public static String words() {
    return String.join(", ", Arrays.stream(values()).map(Workload::label).toList()) + ", datagrams";
  }

  private static CompletionStage<Round> bulk(
      CompletionStage<Receipt> transfer, long amount, long start) {
    return transfer.thenApply(
        receipt -> {
          double rate = perSecond(amount, start) / MIB;
          receipt.mustEqual(Pattern.receipt(amount));
          return new Round(rate, 0);
        });
  }

  private static CompletionStage<Round> datagrams(
      BenchSession session, int amount, int limit, long start) {
    DatagramWindow window = new DatagramWindow(amount, limit);
    return session
        .exchangeDatagrams(window, DATAGRAM_BYTES)
        .thenApply(done -> new Round(perSecond(window.echoedCount(), start), window.lostCount()));
  }

  private static Round medianMicros(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Round(sorted[sorted.length / 2] / 1e3, 0);
  }

  private static double perSecond(long amount, long startNanos) {
    return amount * NANOS / (System.nanoTime() - startNanos);
  }
}
