package dev.ahti.bench.ahti;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.bench.BenchException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.RunnableGraph;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One message at a time, each timed until its whole echo is there. */
class PingPongTest {
  private static final int COUNT = 5;
  private static final int SIZE = 64;

  private static ActorSystem<Void> system;

  @BeforeAll
  static void start() {
    system = ActorSystem.create(Behaviors.empty(), "ping-pong");
  }

  @AfterAll
  static void stop() throws Exception {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static long[] times(Flow<ByteString, ByteString, ?> how) throws Exception {
    // As a stream does, it asks for a message before anybody asks for its echo.
    Flow<ByteString, ByteString, ?> echo =
        Flow.of(ByteString.class).buffer(1, OverflowStrategy.backpressure()).via(how);
    CompletionStage<long[]> times =
        RunnableGraph.<CompletionStage<long[]>>fromGraph(
                Flow.fromGraph(new PingPong(COUNT, SIZE)).joinMat(echo, Keep.left()))
            .run(system);
    return times.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static String failure(Flow<ByteString, ByteString, ?> echo) {
    ExecutionException failure = assertThrows(ExecutionException.class, () -> times(echo));
    return assertInstanceOf(BenchException.class, failure.getCause()).getMessage();
  }

  @Test
  void sendsTheNextOneWhenTheEchoIsThere() throws Exception {
    AtomicInteger messages = new AtomicInteger();
    long[] times =
        times(
            Flow.of(ByteString.class)
                .map(
                    message -> {
                      assertEquals(SIZE, message.size());
                      assertEquals((byte) messages.getAndIncrement(), message.head());
                      return message;
                    }));
    assertEquals(COUNT, messages.get());
    assertEquals(COUNT, times.length);
    assertTrue(Arrays.stream(times).allMatch(nanos -> nanos > 0), () -> Arrays.toString(times));
  }

  @Test
  void takesAnEchoThatComesInPieces() throws Exception {
    assertEquals(
        COUNT,
        times(
                Flow.of(ByteString.class)
                    .mapConcat(
                        message ->
                            IntStream.range(0, SIZE)
                                .mapToObj(i -> message.slice(i, i + 1))
                                .toList()))
            .length);
  }

  @Test
  void failsWhereTheEchoIsAnother() {
    assertEquals(
        "the echo is not what was sent",
        failure(
            Flow.of(ByteString.class)
                .map(message -> ByteString.fromArray(new byte[] {9}).concat(message.drop(1)))));
  }

  @Test
  void failsWhereTheEchoIsTooLong() {
    assertEquals(
        "the echo is longer than what was sent",
        failure(
            Flow.of(ByteString.class)
                .mapConcat(message -> List.of(message.take(SIZE - 1), message))));
  }

  @Test
  void failsWithWhatTheStreamFailsWith() {
    assertEquals(
        "the stream was reset",
        failure(
            Flow.of(ByteString.class)
                .map(
                    message -> {
                      throw new BenchException("the stream was reset");
                    })));
  }

  @Test
  void failsWhereTheStreamEndsBefore() {
    assertEquals(
        "the stream ended before its exchange did", failure(Flow.of(ByteString.class).take(2)));
  }
}
