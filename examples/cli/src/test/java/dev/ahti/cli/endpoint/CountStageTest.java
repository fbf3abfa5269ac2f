package dev.ahti.cli.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ahti.engine.testkit.Leftovers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.QueueOfferResult;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.SourceQueueWithComplete;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** When the count is given, and that reading goes on whoever wants it. */
class CountStageTest {
  /** More than go through a graph before it looks for anything else. */
  private static final int ELEMENTS = 100_000;

  private static ActorSystem<Void> system;

  @BeforeAll
  static void start() {
    system = ActorSystem.create(Behaviors.empty(), "count");
  }

  @AfterAll
  static void stop() throws Exception {
    system.terminate();
    await(system.getWhenTerminated());
  }

  @AfterEach
  void noGraphIsLeft() {
    Leftovers.awaitNone(system, Duration.ofSeconds(20));
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static ByteString bytes(int length) {
    return ByteString.fromArray(new byte[length]);
  }

  /** The eight bytes that declare a total. */
  private static ByteString declaring(long total) {
    return ByteString.fromArray(ByteBuffer.allocate(Long.BYTES).putLong(total).array());
  }

  private static List<String> counts(ByteString... input) throws Exception {
    return await(
        Source.from(List.of(input))
            .via(new CountStage())
            .map(ByteString::utf8String)
            .runWith(Sink.seq(), system));
  }

  private static Pair<SourceQueueWithComplete<ByteString>, SinkQueueWithCancel<ByteString>>
      queues() {
    return Source.<ByteString>queue(0, OverflowStrategy.backpressure())
        .viaMat(new CountStage(), Keep.left())
        .toMat(Sink.<ByteString>queue(), Keep.both())
        .run(system);
  }

  @Test
  void givesTheCountAtTheEndAndOnce() throws Exception {
    assertEquals(List.of("0"), counts());
    assertEquals(List.of("11"), counts(bytes(1), bytes(10)));
    // A total that includes its own eight bytes cannot be less.
    assertEquals(List.of("20"), counts(declaring(7), bytes(12)));
    assertEquals(List.of("12"), counts(declaring(12), bytes(4)));
    assertEquals(List.of("12"), counts(declaring(12), bytes(4), bytes(5)));
    ByteString header = declaring(12);
    assertEquals(List.of("12"), counts(header.take(3), header.drop(3), bytes(4)));
    assertEquals(List.of("10"), counts(declaring(12), bytes(2)));
  }

  @Test
  void givesTheCountAtTheDeclaredTotalAndGoesOnReading() throws Exception {
    var queues = queues();
    CompletionStage<Optional<ByteString>> answer = queues.second().pull();
    await(queues.first().offer(declaring(12)));
    assertFalse(answer.toCompletableFuture().isDone());
    await(queues.first().offer(bytes(4)));
    assertEquals("12", await(answer).orElseThrow().utf8String());
    assertEquals(Optional.empty(), await(queues.second().pull()));
    // An offer is done when the element is taken: there is no buffer.
    for (int i = 0; i < 5; i++) {
      assertEquals(QueueOfferResult.enqueued(), await(queues.first().offer(bytes(100))));
    }
    queues.first().complete();
    await(queues.first().watchCompletion());
  }

  @Test
  void keepsTheCountUntilItIsWanted() throws Exception {
    // A queue asks for as many as it has room for, so this one has none left for the count.
    SinkQueueWithCancel<ByteString> wanted =
        Source.single(bytes(3))
            .via(new CountStage())
            .prepend(Source.single(ByteString.emptyByteString()))
            .toMat(Sink.<ByteString>queue(1), Keep.right())
            .run(system);
    assertEquals(Optional.of(ByteString.emptyByteString()), await(wanted.pull()));
    assertEquals("3", await(wanted.pull()).orElseThrow().utf8String());
    assertEquals(Optional.empty(), await(wanted.pull()));
  }

  @Test
  void takesEverythingWhenNobodyWantsTheCount() throws Exception {
    AtomicInteger taken = new AtomicInteger();
    CompletionStage<Done> end =
        Source.range(1, ELEMENTS)
            .map(
                i -> {
                  taken.incrementAndGet();
                  return bytes(1);
                })
            .watchTermination(Keep.right())
            .via(new CountStage())
            .to(Sink.cancelled())
            .run(system);
    await(end);
    assertEquals(ELEMENTS, taken.get());
  }

  @Test
  void endsWhenTheCountThatWaitsIsWantedNoMore() throws Exception {
    CompletableFuture<Subscription> downstream = new CompletableFuture<>();
    CompletionStage<Done> end =
        Source.single(bytes(3))
            .watchTermination(Keep.right())
            .via(new CountStage())
            .to(Sink.fromSubscriber(idle(downstream)))
            .run(system);
    await(end);
    await(downstream).cancel();
  }

  /** One that asks for nothing. */
  private static Subscriber<ByteString> idle(CompletableFuture<Subscription> subscription) {
    return new Subscriber<>() {
      @Override
      public void onSubscribe(Subscription given) {
        subscription.complete(given);
      }

      @Override
      public void onNext(ByteString element) {}

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onComplete() {}
    };
  }
}
