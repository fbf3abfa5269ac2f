package dev.ahti.webtransport.impl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.typesafe.config.ConfigFactory;
import dev.ahti.webtransport.WebTransportConnectionStats;
import dev.ahti.webtransport.WebTransportDatagramStats;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.stream.javadsl.AsPublisher;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** The snapshots of statistics: read on demand, once an interval, and at the end of the session. */
class SnapshotsStageTest {
  private static final Duration INTERVAL = Duration.ofSeconds(7);

  private final ActorTestKit kit =
      ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load()));
  private final ManualTime time = ManualTime.get(kit.system());
  private final Session session = new Session();

  @AfterEach
  void shutsDown() {
    kit.shutdownTestKit();
  }

  /** A session as far as the stage knows one; each read waits to be answered. */
  private static final class Session implements SnapshotsStage.Subject {
    private final BlockingQueue<CompletableFuture<WebTransportConnectionStats>> reads =
        new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> forgotten = new LinkedBlockingQueue<>();
    private final List<Runnable> enders = new ArrayList<>();
    private volatile @Nullable Throwable failure;

    @Override
    public synchronized Runnable whenOver(Runnable task) {
      enders.add(task);
      return () -> forgotten.add(true);
    }

    @Override
    public @Nullable Throwable failure() {
      return failure;
    }

    CompletableFuture<WebTransportConnectionStats> read() {
      CompletableFuture<WebTransportConnectionStats> read = new CompletableFuture<>();
      reads.add(read);
      return read;
    }

    void awaitForgotten() throws InterruptedException {
      assertNotNull(forgotten.poll(10, TimeUnit.SECONDS), "the session was not told");
    }

    void answer(long bytes) throws InterruptedException {
      asked().complete(stats(bytes));
    }

    CompletableFuture<WebTransportConnectionStats> asked() throws InterruptedException {
      CompletableFuture<WebTransportConnectionStats> next = reads.poll(10, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nobody asked");
      }
      return next;
    }

    synchronized void end(@Nullable Throwable why) {
      failure = why;
      enders.forEach(Runnable::run);
    }
  }

  private static WebTransportConnectionStats stats(long bytesSent) {
    OptionalLong none = OptionalLong.empty();
    return new WebTransportConnectionStats(
        OptionalLong.of(bytesSent),
        none,
        none,
        none,
        none,
        none,
        none,
        none,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        WebTransportDatagramStats.absent(),
        none,
        Optional.empty());
  }

  /** Asks for an element when it is told to. */
  private static final class Reader implements Subscriber<WebTransportConnectionStats> {
    private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();
    private final BlockingQueue<Long> elements = new LinkedBlockingQueue<>();
    private final CompletableFuture<Optional<Throwable>> end = new CompletableFuture<>();

    void ask() {
      subscription.join().request(1);
    }

    void cancel() {
      subscription.join().cancel();
    }

    long next() throws InterruptedException {
      Long next = elements.poll(10, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("no element");
      }
      return next;
    }

    Optional<Throwable> end() throws Exception {
      return end.get(10, TimeUnit.SECONDS);
    }

    @Override
    public void onSubscribe(Subscription to) {
      subscription.complete(to);
    }

    @Override
    public void onNext(WebTransportConnectionStats stats) {
      elements.add(stats.bytesSent().orElseThrow());
    }

    @Override
    public void onError(Throwable failure) {
      end.complete(Optional.of(failure));
    }

    @Override
    public void onComplete() {
      end.complete(Optional.empty());
    }
  }

  private final SnapshotsStage stage =
      new SnapshotsStage(session, INTERVAL, session::read, new WeakReference<>(null));

  private Reader reading() {
    Reader reader = new Reader();
    Source.fromGraph(stage)
        .runWith(Sink.asPublisher(AsPublisher.WITHOUT_FANOUT), kit.system())
        .subscribe(reader);
    reader.subscription.join();
    return reader;
  }

  /** One that has had its first element. */
  private Reader begun() throws Exception {
    Reader reader = reading();
    reader.ask();
    session.answer(1);
    assertEquals(1, reader.next());
    return reader;
  }

  @Test
  void theFirstComesAtOnceAndEachFurtherAnIntervalLater() throws Exception {
    Reader reader = begun();
    for (int i = 2; i < 5; i++) {
      reader.ask();
      time.timePasses(INTERVAL.minusMillis(1));
      assertNull(session.reads.poll(50, TimeUnit.MILLISECONDS), "before the interval is over");
      time.timePasses(Duration.ofMillis(1));
      session.answer(i);
      assertEquals(i, reader.next());
    }
    reader.cancel();
  }

  @Test
  void nothingIsReadWithoutDemandAndOneForIntervalsThatPassed() throws Exception {
    Reader reader = begun();
    time.timePasses(INTERVAL.multipliedBy(5));
    reader.ask();
    session.answer(2);
    assertEquals(2, reader.next());
    reader.ask();
    time.timePasses(INTERVAL);
    session.answer(3);
    assertEquals(3, reader.next());
    assertEquals(0, session.reads.size());
    reader.cancel();
  }

  @Test
  void theEndBringsTheLastOneAndCompletesIt() throws Exception {
    Reader reader = begun();
    reader.ask();
    session.end(null);
    session.answer(9);
    assertEquals(9, reader.next());
    assertEquals(Optional.empty(), reader.end());
    session.awaitForgotten();
  }

  @Test
  void theEndDuringAReadBringsOneMore() throws Exception {
    Reader reader = reading();
    reader.ask();
    CompletableFuture<WebTransportConnectionStats> underWay = session.asked();
    session.end(null);
    underWay.complete(stats(1));
    assertEquals(1, reader.next());
    reader.ask();
    session.answer(9);
    assertEquals(9, reader.next());
    assertEquals(Optional.empty(), reader.end());
  }

  @Test
  void theLastOneWaitsForDemand() throws Exception {
    Reader reader = begun();
    session.end(null);
    assertFalse(reader.end.isDone());
    reader.ask();
    session.answer(9);
    assertEquals(9, reader.next());
    assertEquals(Optional.empty(), reader.end());
  }

  @Test
  void aFailureOfTheSessionFailsItAtOnceWithoutDemand() throws Exception {
    Reader reader = begun();
    IllegalStateException why = new IllegalStateException("lost");
    session.end(why);
    assertSame(why, reader.end().orElseThrow());
    session.awaitForgotten();
  }

  @Test
  void aReadThatFailsFailsItWithTheSessionsFailureIfThereIsOne() throws Exception {
    Reader first = reading();
    first.ask();
    IllegalStateException ofTheRead = new IllegalStateException("too many");
    session.asked().completeExceptionally(ofTheRead);
    assertSame(ofTheRead, first.end().orElseThrow());

    Reader second = reading();
    second.ask();
    CompletableFuture<WebTransportConnectionStats> underWay = session.asked();
    IllegalStateException ofTheSession = new IllegalStateException("lost");
    session.failure = ofTheSession;
    underWay.completeExceptionally(ofTheRead);
    assertSame(ofTheSession, second.end().orElseThrow());
  }

  @Test
  void oneThatIsCancelledIsForgottenByItsSession() throws Exception {
    Reader reader = begun();
    reader.cancel();
    session.awaitForgotten();
    time.timePasses(INTERVAL);
    assertEquals(0, session.reads.size());
  }

  @Test
  void eachMaterializationReadsForItself() throws Exception {
    Reader first = begun();
    Reader second = begun();
    first.cancel();
    session.awaitForgotten();
    second.ask();
    time.timePasses(INTERVAL);
    session.answer(2);
    assertEquals(2, second.next());
    second.cancel();
  }
}
