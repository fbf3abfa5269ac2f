package dev.ahti.webtransport.impl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportCloseInfo;
import dev.ahti.webtransport.WebTransportError;
import dev.ahti.webtransport.WebTransportReconnect;
import dev.ahti.webtransport.WebTransportSyntaxException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.stream.ActorAttributes;
import org.apache.pekko.stream.javadsl.AsPublisher;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.testkit.CallingThreadDispatcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** When the next session is asked for, in virtual time, and when none is any more. */
class ReconnectStageTest {
  private static final WebTransportError LOST = WebTransportError.session("lost");
  private static final Duration TICK = Duration.ofMillis(1);

  private final ActorTestKit kit =
      ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load()));
  private final ManualTime time = ManualTime.get(kit.system());
  private final BlockingQueue<Session> asked = new LinkedBlockingQueue<>();
  private volatile double random;

  @AfterEach
  void shutsDown() {
    kit.shutdownTestKit();
  }

  /** A session as far as the stage knows one. */
  private static final class Session {
    final CompletableFuture<Done> ready = new CompletableFuture<>();
    final CountDownLatch watched = new CountDownLatch(1);

    /** The last that the stage watches of an attempt. */
    final CompletableFuture<WebTransportCloseInfo> closed =
        new CompletableFuture<>() {
          @Override
          public CompletableFuture<WebTransportCloseInfo> whenComplete(
              BiConsumer<? super WebTransportCloseInfo, ? super Throwable> action) {
            CompletableFuture<WebTransportCloseInfo> result = super.whenComplete(action);
            watched.countDown();
            return result;
          }
        };

    final CompletableFuture<Done> closing = new CompletableFuture<>();
    final WebTransport session =
        (WebTransport)
            Proxy.newProxyInstance(
                WebTransport.class.getClassLoader(),
                new Class<?>[] {WebTransport.class},
                (proxy, method, args) ->
                    switch (method.getName()) {
                      case "ready" -> ready;
                      case "closed" -> closed;
                      case "close" -> closing.complete(Done.getInstance()) ? null : null;
                      case "equals" -> proxy == args[0];
                      case "hashCode" -> System.identityHashCode(proxy);
                      case "toString" -> "session";
                      default -> throw new AssertionError(method);
                    });

    void isThere() {
      ready.complete(Done.getInstance());
    }

    /** As a session does that is never there: both say so. */
    void fails(Throwable why) {
      ready.completeExceptionally(why);
      closed.completeExceptionally(why);
    }
  }

  private Backoff backoff(int attempts) {
    return new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(5), 0.5, attempts, () -> random);
  }

  private ReconnectStage stage(Backoff backoff) {
    return new ReconnectStage(
        () -> {
          Session next = new Session();
          asked.add(next);
          return next.session;
        },
        backoff,
        WebTransportReconnect::isPassing);
  }

  /** Run by whoever tells it something: when that returns, its timer is set. */
  private SinkQueueWithCancel<WebTransport> sessions(Backoff backoff) {
    return Source.fromGraph(stage(backoff))
        .toMat(Sink.queue(1), Keep.right())
        .withAttributes(ActorAttributes.dispatcher(CallingThreadDispatcher.Id()))
        .run(kit.system());
  }

  private Session next() throws InterruptedException {
    Session next = asked.poll(10, TimeUnit.SECONDS);
    assertNotNull(next, "no session was asked for");
    assertTrue(next.watched.await(10, TimeUnit.SECONDS), "nobody watches it");
    return next;
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static Throwable failure(CompletionStage<?> stage) {
    return assertThrows(ExecutionException.class, () -> await(stage)).getCause();
  }

  /** The next one is asked for after this time and no sooner. */
  private Session nextAfter(Duration wait) throws InterruptedException {
    assertNull(asked.poll(), "at once");
    time.timePasses(wait.minus(TICK));
    assertNull(asked.poll(50, TimeUnit.MILLISECONDS), "before " + wait);
    time.timePasses(TICK);
    return next();
  }

  @Test
  void theFirstIsAskedForAtOnceAndComesWhenItIsThere() throws Exception {
    var sessions = sessions(backoff(3));
    var pulled = sessions.pull();
    Session first = next();
    assertFalse(pulled.toCompletableFuture().isDone());
    first.isThere();
    assertSame(first.session, await(pulled).orElseThrow());
    sessions.cancel();
  }

  @Test
  void aLostSessionIsFollowedByAnotherAfterAWhile() throws Exception {
    var sessions = sessions(backoff(1));
    for (int i = 0; i < 3; i++) {
      Session one = i == 0 ? next() : nextAfter(Duration.ofSeconds(1));
      one.isThere();
      assertSame(one.session, await(sessions.pull()).orElseThrow());
      one.closed.completeExceptionally(LOST);
    }
    sessions.cancel();
  }

  @Test
  void waitsGrowUpToTheirLimitAndASessionBeginsThemAnew() throws Exception {
    var sessions = sessions(backoff(100));
    Session one = next();
    for (int seconds : new int[] {1, 2, 4, 5, 5}) {
      one.fails(LOST);
      one = nextAfter(Duration.ofSeconds(seconds));
    }
    one.isThere();
    await(sessions.pull());
    one.closed.completeExceptionally(LOST);
    one = nextAfter(Duration.ofSeconds(1));
    one.fails(LOST);
    nextAfter(Duration.ofSeconds(1));
    sessions.cancel();
  }

  @Test
  void waitsAreLongerByARandomPart() throws Exception {
    var sessions = sessions(backoff(100));
    random = 0.5;
    next().fails(LOST);
    Session second = nextAfter(Duration.ofMillis(1250));
    random = 0.999;
    second.fails(LOST);
    nextAfter(Duration.ofMillis(2999));
    sessions.cancel();
  }

  @Test
  void tooManyInARowFailItWithTheLast() throws Exception {
    var sessions = sessions(backoff(2));
    var pulled = sessions.pull();
    next().fails(LOST);
    WebTransportError last = WebTransportError.session("the last");
    nextAfter(Duration.ofSeconds(1)).fails(last);
    assertSame(last, failure(pulled));
  }

  @Test
  void whatIsNotWorthItFailsItAtOnce() throws Exception {
    var pulled = sessions(backoff(9)).pull();
    WebTransportError refused = WebTransportError.refused("not found", 404);
    next().fails(refused);
    assertSame(refused, failure(pulled));
    WebTransportSyntaxException bad = new WebTransportSyntaxException("url");
    assertSame(
        bad,
        failure(
            Source.fromGraph(
                    new ReconnectStage(
                        () -> {
                          throw bad;
                        },
                        backoff(9),
                        WebTransportReconnect::isPassing))
                .runWith(Sink.head(), kit.system())));
  }

  @Test
  void aSessionClosedInOrderCompletesIt() throws Exception {
    var sessions = sessions(backoff(3));
    Session first = next();
    first.isThere();
    assertTrue(await(sessions.pull()).isPresent());
    first.closed.complete(WebTransportCloseInfo.NONE);
    assertTrue(await(sessions.pull()).isEmpty());
  }

  @Test
  void cancellationClosesWhatThereIs() throws Exception {
    var sessions = sessions(backoff(3));
    Session first = next();
    sessions.cancel();
    await(first.closing);

    var established = sessions(backoff(3));
    Session second = next();
    second.isThere();
    await(established.pull());
    established.cancel();
    await(second.closing);
  }

  @Test
  void oneThatIsLostBeforeThereIsDemandIsNeverSeen() throws Exception {
    CompletableFuture<Subscription> demand = new CompletableFuture<>();
    BlockingQueue<WebTransport> seen = new LinkedBlockingQueue<>();
    Source.fromGraph(stage(backoff(1)))
        .toMat(Sink.asPublisher(AsPublisher.WITHOUT_FANOUT), Keep.right())
        .withAttributes(ActorAttributes.dispatcher(CallingThreadDispatcher.Id()))
        .run(kit.system())
        .subscribe(
            new Subscriber<>() {
              @Override
              public void onSubscribe(Subscription subscription) {
                demand.complete(subscription);
              }

              @Override
              public void onNext(WebTransport session) {
                seen.add(session);
              }

              @Override
              public void onError(Throwable failure) {}

              @Override
              public void onComplete() {}
            });
    Session first = next();
    first.isThere();
    first.closed.completeExceptionally(LOST);
    Session second = nextAfter(Duration.ofSeconds(1));
    second.isThere();
    demand.get(10, TimeUnit.SECONDS).request(2);
    assertSame(second.session, seen.poll(10, TimeUnit.SECONDS));
    assertTrue(seen.isEmpty());
    demand.join().cancel();
  }

  @ParameterizedTest
  @CsvSource({"404, false", "403, false", "429, true", "500, true", "503, true"})
  void anAnswerIsWorthAnotherAttemptWhereItMayBeAnother(int status, boolean passing) {
    assertEquals(passing, WebTransportReconnect.isPassing(WebTransportError.refused("no", status)));
    assertTrue(WebTransportReconnect.isPassing(LOST));
  }

  @Test
  void boundsAreChecked() {
    for (String[] each :
        new String[][] {
          {"PT0S", "PT1S", "0", "1"},
          {"PT2S", "PT1S", "0", "1"},
          {"PT1S", "P101D", "0", "1"},
          {"PT1S", "PT1S", "1.1", "1"},
          {"PT1S", "PT1S", "NaN", "1"},
          {"PT1S", "PT1S", "0", "0"}
        }) {
      assertThrows(
          IllegalArgumentException.class,
          () ->
              new Backoff(
                  Duration.parse(each[0]),
                  Duration.parse(each[1]),
                  Double.parseDouble(each[2]),
                  Integer.parseInt(each[3]),
                  () -> 0));
    }
  }
}
