package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.webtransport.server.SessionHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.AsPublisher;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** What is asked of a session before it is established waits for that, and fails with it. */
@OverBothBindings
class WhileConnectingIT {
  private static final ByteString HELLO = ByteString.fromString("hello");

  private static Loopback start(String config, SessionHandler handler) throws Exception {
    return Loopback.start(
        HeldResolver.CONFIG + config, Map.of("/", handler), UnaryOperator.identity());
  }

  private static Loopback start(SessionHandler handler) throws Exception {
    return start("", handler);
  }

  /** A session that connects until the host is released, and not a moment less. */
  private static WebTransport connecting(Loopback loopback, HeldResolver.Host host) {
    return WebTransport.connect(loopback.system, host.url(loopback) + "/", loopback.trusting());
  }

  @Test
  @Conformance("H3-C-24")
  void streamsAndDatagramsAskedForBeforeReadyWork() throws Exception {
    try (Loopback loopback = start(WhileConnectingIT::greetAndEcho);
        HeldResolver.Host host = HeldResolver.hold()) {
      WebTransport session = connecting(loopback, host);
      CompletionStage<WebTransportBidirectionalStream> opened = session.createBidirectionalStream();
      CompletionStage<WebTransportReceiveStream> greeting =
          session.incomingUnidirectionalStreams().runWith(Sink.head(), loopback.system);
      CompletionStage<WebTransportBidirectionalStream> asked =
          session.incomingBidirectionalStreams().runWith(Sink.head(), loopback.system);
      CompletionStage<ByteString> datagram =
          session.datagrams().readable().runWith(Sink.head(), loopback.system);
      CompletionStage<Done> sent =
          Source.single(HELLO)
              .toMat(session.datagrams().createWritable().sink(), Keep.right())
              .run(loopback.system);
      CompletionStage<Done> nothingSent =
          Source.<ByteString>empty()
              .toMat(session.datagrams().createWritable().sink(), Keep.right())
              .run(loopback.system);
      assertEquals(WebTransportState.CONNECTING, session.state());
      host.release();

      Loopback.await(nothingSent);
      Loopback.await(sent);
      assertEquals(HELLO, Loopback.await(datagram));
      assertEquals(
          HELLO,
          Loopback.await(
              Source.single(HELLO)
                  .via(Loopback.await(opened).flow())
                  .runWith(
                      Sink.fold(ByteString.emptyByteString(), ByteString::concat),
                      loopback.system)));
      assertEquals(
          HELLO,
          Loopback.await(
              Loopback.await(greeting)
                  .source()
                  .runWith(
                      Sink.fold(ByteString.emptyByteString(), ByteString::concat),
                      loopback.system)));
      Loopback.await(asked);
      session.close();
      Loopback.await(session.closed());
    }
  }

  private static void greetAndEcho(WebTransport session) {
    var loop = session.materializer();
    session
        .incomingBidirectionalStreams()
        .runForeach(stream -> stream.flow().join(Flow.create()).run(loop), loop);
    session.datagrams().readable().runWith(session.datagrams().createWritable().sink(), loop);
    session
        .createUnidirectionalStream()
        .thenAccept(s -> Source.single(HELLO).runWith(s.sink(), loop));
    session
        .createBidirectionalStream()
        .thenAccept(s -> Source.<ByteString>empty().via(s.flow()).runWith(Sink.ignore(), loop));
  }

  static Stream<Arguments> everything() {
    return Stream.of(
        Arguments.of("ready", (Asked) (s, b) -> s.ready()),
        Arguments.of("closed", (Asked) (s, b) -> s.closed()),
        Arguments.of("createBidirectionalStream", (Asked) (s, b) -> s.createBidirectionalStream()),
        Arguments.of(
            "createUnidirectionalStream", (Asked) (s, b) -> s.createUnidirectionalStream()),
        Arguments.of(
            "incomingBidirectionalStreams",
            (Asked) (s, b) -> seen(s.incomingBidirectionalStreams(), b)),
        Arguments.of(
            "incomingUnidirectionalStreams",
            (Asked) (s, b) -> seen(s.incomingUnidirectionalStreams(), b)),
        Arguments.of("datagrams readable", (Asked) (s, b) -> seen(s.datagrams().readable(), b)),
        Arguments.of(
            "datagrams writable",
            (Asked)
                (s, b) ->
                    Source.<ByteString>never()
                        .runWith(s.datagrams().createWritable().sink(), b.system)));
  }

  private interface Asked {
    CompletionStage<?> of(WebTransport session, Loopback loopback);
  }

  /** What an operator behind the source sees. */
  private static CompletionStage<?> seen(Source<?, ?> source, Loopback loopback) {
    CompletableFuture<Done> seen = new CompletableFuture<>();
    source
        .mapError(
            Throwable.class,
            failure -> {
              seen.completeExceptionally(failure);
              return failure;
            })
        .runWith(Sink.ignore(), loopback.system);
    return seen;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("everything")
  @Conformance("H3-C-24")
  void failsWithTheErrorOfTheSession(String name, Asked asked) throws Exception {
    try (Loopback loopback = start(session -> {});
        HeldResolver.Host host = HeldResolver.hold()) {
      WebTransport session =
          WebTransport.connect(
              loopback.system, host.url(loopback) + "/nowhere", loopback.trusting());
      CompletionStage<?> outcome = asked.of(session, loopback);
      host.release();
      Throwable failure = Loopback.failure(outcome);
      if (failure instanceof WebTransportInvalidStateException invalid) {
        assertTrue(name.startsWith("create"), name);
        failure = invalid.getCause();
      }
      WebTransportError error = assertInstanceOf(WebTransportError.class, failure, name);
      assertEquals(OptionalInt.of(405), error.httpStatus());
    }
  }

  @Test
  void sourcesAskedForBeforeReadyTakeNothingAheadOfDemand() throws Exception {
    try (Loopback loopback = start(WhileConnectingIT::openFourOfEach);
        HeldResolver.Host host = HeldResolver.hold()) {
      WebTransport session = connecting(loopback, host);
      OnDemand one = OnDemand.of(session.incomingUnidirectionalStreams(), loopback);
      OnDemand other = OnDemand.of(session.incomingBidirectionalStreams(), loopback);
      assertEquals(WebTransportState.CONNECTING, session.state());
      host.release();
      Loopback.eventually("all wait", () -> loopback.gauge(Gauges.INCOMING_STREAMS_WAITING) == 8);
      one.take();
      other.take();
      loopback.awaitGauge(Gauges.INCOMING_STREAMS_WAITING, 6);
      session.close();
      Loopback.await(session.closed());
      loopback.awaitNoConnection();
    }
  }

  @Test
  void whatWaitsTooLongForTheSessionGoesByItselfAndIsCounted() throws Exception {
    try (Loopback loopback = start(session -> {});
        HeldResolver.Host host = HeldResolver.hold()) {
      WebTransport session = connecting(loopback, host);
      session.datagrams().setOutgoingMaxAge(Duration.ofMillis(1));
      WebTransportDatagramsWriter writer = session.datagrams().createWritable().getWriter();
      CompletionStage<WebTransportDatagramResult> result = writer.send(HELLO);
      assertEquals(WebTransportDatagramResult.EXPIRED, Loopback.await(result));
      assertEquals(WebTransportState.CONNECTING, session.state());
      loopback.awaitGauge(Gauges.DATAGRAMS_EXPIRED_OUTGOING, 1);
      host.release();
      Loopback.await(session.ready());
      assertEquals(
          OptionalLong.of(1), Loopback.await(session.datagrams().getStats()).expiredOutgoing());
      assertEquals(
          OptionalLong.of(1), Loopback.await(session.getStats()).datagrams().expiredOutgoing());
      session.close();
      Loopback.await(session.closed());
      loopback.awaitNoConnection();
    }
  }

  @Test
  void boundsSetWhileConnectingHoldForWhatWasWrittenThen() throws Exception {
    int most = 600;
    try (Loopback loopback = start(session -> {});
        HeldResolver.Host host = HeldResolver.hold()) {
      WebTransport session = connecting(loopback, host);
      session.datagrams().setOutgoingMaxBufferedDatagrams(most);
      assertTrue(
          most
              > loopback
                  .system
                  .settings()
                  .config()
                  .getInt("ahti.session.datagrams.outgoing-max-buffered"));
      WebTransportDatagramsWriter writer = session.datagrams().createWritable().getWriter();
      List<CompletionStage<WebTransportDatagramResult>> results = new ArrayList<>();
      for (int i = 0; i < most; i++) {
        results.add(writer.send(HELLO));
      }
      assertEquals(WebTransportState.CONNECTING, session.state());
      host.release();
      for (CompletionStage<WebTransportDatagramResult> result : results) {
        assertEquals(WebTransportDatagramResult.SENT, Loopback.await(result));
      }
      session.close();
      Loopback.await(session.closed());
    }
  }

  @Test
  void groupsMadeWhileConnectingCountWithTheOthers() throws Exception {
    try (Loopback loopback = start(", ahti.session.send-groups = 2", session -> {});
        HeldResolver.Host host = HeldResolver.hold()) {
      WebTransport session = connecting(loopback, host);
      WebTransportSendGroup one = session.createSendGroup();
      WebTransportSendGroup other = session.createSendGroup();
      assertThrows(WebTransportQuotaExceededException.class, session::createSendGroup);
      assertEquals(WebTransportState.CONNECTING, session.state());
      host.release();
      Loopback.await(session.ready());
      // Nobody has used them, and they count all the same.
      Loopback.eventually("both are made", () -> loopback.gauge(Gauges.SEND_GROUPS) == 2);
      assertThrows(WebTransportQuotaExceededException.class, session::createSendGroup);
      Loopback.await(session.createUnidirectionalStream(inGroup(one)));
      Loopback.await(session.createUnidirectionalStream(inGroup(other)));
      session.close();
      Loopback.await(session.closed());
    }
  }

  private static WebTransportSendStreamOptions inGroup(WebTransportSendGroup group) {
    return WebTransportSendStreamOptions.create().withSendGroup(group);
  }

  @Test
  void aStreamThatHasToStartInTimeExpiresWhileConnectingToo() throws Exception {
    try (Loopback loopback = start(session -> {});
        HeldResolver.Host host = HeldResolver.hold()) {
      WebTransport session = connecting(loopback, host);
      WebTransportError expired =
          assertInstanceOf(
              WebTransportError.class,
              Loopback.failure(
                  session.createUnidirectionalStream(
                      WebTransportSendStreamOptions.create()
                          .withStartTimeout(Duration.ofMillis(20)))));
      assertTrue(expired.getMessage().contains("expired"), expired.getMessage());
      assertEquals(WebTransportState.CONNECTING, session.state());
      session.close();
    }
  }

  @Test
  void aStreamThatExpiredWhileConnectingIsNotOpenedLater() throws Exception {
    try (Loopback loopback = start(session -> {});
        HeldResolver.Host host = HeldResolver.hold()) {
      WebTransport session = connecting(loopback, host);
      CompletionStage<WebTransportSendStream> opening =
          session.createUnidirectionalStream(
              WebTransportSendStreamOptions.create().withStartTimeout(Duration.ofMillis(1)));
      assertInstanceOf(WebTransportError.class, Loopback.failure(opening));
      assertEquals(WebTransportState.CONNECTING, session.state());
      host.release();
      Loopback.await(session.ready());
      // Behind whatever else was asked for before.
      Loopback.await(session.getStats());
      loopback.awaitGauge(Gauges.STREAM_ACTORS, 0);
      loopback.awaitGauge(Gauges.OPENS_WAITING, 0);
      session.close();
      Loopback.await(session.closed());
      loopback.awaitNoConnection();
    }
  }

  /** What waits for a session that is connecting, and counts. */
  static Stream<Arguments> calls() {
    return Stream.of(
        Arguments.of("createBidirectionalStream", (Asked) (s, b) -> s.createBidirectionalStream()),
        Arguments.of(
            "createUnidirectionalStream", (Asked) (s, b) -> s.createUnidirectionalStream()),
        Arguments.of("getStats", (Asked) (s, b) -> s.getStats()),
        Arguments.of("datagrams getStats", (Asked) (s, b) -> s.datagrams().getStats()),
        Arguments.of(
            "exportKeyingMaterial", (Asked) (s, b) -> s.exportKeyingMaterial(HELLO, HELLO, 32)),
        Arguments.of(
            "incomingBidirectionalStreams",
            (Asked) (s, b) -> seen(s.incomingBidirectionalStreams(), b)),
        Arguments.of(
            "incomingUnidirectionalStreams",
            (Asked) (s, b) -> seen(s.incomingUnidirectionalStreams(), b)),
        Arguments.of("datagrams readable", (Asked) (s, b) -> seen(s.datagrams().readable(), b)),
        Arguments.of("datagrams cancelReadable", (Asked) (s, b) -> s.datagrams().cancelReadable()),
        Arguments.of("datagrams reader", (Asked) (s, b) -> s.datagrams().getReader().closed()),
        Arguments.of(
            "incoming reader", (Asked) (s, b) -> s.incomingUnidirectionalStreamsReader().closed()),
        Arguments.of(
            "writable", (Asked) (s, b) -> s.datagrams().createWritable().getWriter().ready()));
  }

  @Test
  void theLargestDatagramOfASessionThatConnectsIsOneThatEveryPathHasRoomFor() throws Exception {
    try (Loopback loopback = start(session -> {});
        HeldResolver.Host host = HeldResolver.hold()) {
      WebTransport session = connecting(loopback, host);
      int early = session.datagrams().maxDatagramSize();
      assertEquals(1024, early);
      WebTransportDatagramsWriter writer = session.datagrams().createWritable().getWriter();
      CompletionStage<WebTransportDatagramResult> largest =
          writer.send(ByteString.fromArray(new byte[early]));
      assertEquals(WebTransportState.CONNECTING, session.state());
      host.release();
      assertEquals(WebTransportDatagramResult.SENT, Loopback.await(largest));
      assertTrue(session.datagrams().maxDatagramSize() >= early);
      session.close();
      Loopback.await(session.closed());
      loopback.awaitNoConnection();
    }
  }

  private interface Connecting {
    void run(WebTransport session, Loopback loopback) throws Exception;
  }

  /** A session whose server is never found; two calls may wait. */
  private static void connecting(Connecting body) throws Exception {
    try (Loopback loopback = start(", ahti.session.connecting-calls = 2", session -> {});
        HeldResolver.Host host = HeldResolver.hold()) {
      WebTransport session = connecting(loopback, host);
      body.run(session, loopback);
      assertEquals(WebTransportState.CONNECTING, session.state());
      session.close();
      assertEquals(0, loopback.gauge(Gauges.CALLS_CONNECTING));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("calls")
  void aCallTooManyWhileConnectingFailsAndOthersWait(String name, Asked asked) throws Exception {
    connecting(
        (session, loopback) -> {
          asked.of(session, loopback);
          Loopback.eventually("it waits", () -> loopback.gauge(Gauges.CALLS_CONNECTING) == 1);
          CompletionStage<?> other = session.getStats();
          assertEquals(2, loopback.gauge(Gauges.CALLS_CONNECTING));
          Throwable refused;
          try {
            refused = Loopback.failure(asked.of(session, loopback));
          } catch (WebTransportQuotaExceededException thrown) {
            refused = thrown;
          }
          assertInstanceOf(WebTransportQuotaExceededException.class, refused);
          assertTrue(refused.getMessage().contains("ahti.session.connecting-calls"));
          assertEquals(2, loopback.gauge(Gauges.CALLS_CONNECTING));
          assertFalse(other.toCompletableFuture().isDone());
        });
  }

  @Test
  void whereThereIsAPromiseThatIsWhatTellsOfACallTooMany() throws Exception {
    connecting(
        (session, loopback) -> {
          session.getStats();
          session.getStats();
          assertInstanceOf(
              WebTransportQuotaExceededException.class,
              Loopback.failure(session.datagrams().cancelReadable()));
        });
  }

  @Test
  void whatDoesNotWaitAnyMoreGivesItsPlaceBackWhileConnecting() throws Exception {
    connecting(
        (session, loopback) -> {
          session.datagrams().getReader().releaseLock();
          session.incomingBidirectionalStreamsReader().releaseLock();
          assertEquals(0, loopback.gauge(Gauges.CALLS_CONNECTING));
          Loopback.failure(
              session.createUnidirectionalStream(
                  WebTransportSendStreamOptions.create().withStartTimeout(Duration.ofMillis(1))));
          Loopback.eventually("given back", () -> loopback.gauge(Gauges.CALLS_CONNECTING) == 0);
          // Nor does a drain, however often: it is one wish.
          session.drain();
          session.drain();
          session.drain();
          assertEquals(0, loopback.gauge(Gauges.CALLS_CONNECTING));
        });
  }

  /** Asks for one element a call, and for none before. */
  private static final class OnDemand implements Subscriber<Object> {
    private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();
    private final BlockingQueue<Object> elements = new LinkedBlockingQueue<>();

    static OnDemand of(Source<?, ?> source, Loopback loopback) {
      OnDemand subscriber = new OnDemand();
      source
          .map(Object.class::cast)
          .runWith(Sink.asPublisher(AsPublisher.WITHOUT_FANOUT), loopback.system)
          .subscribe(subscriber);
      return subscriber;
    }

    void take() throws Exception {
      Loopback.await(subscription).request(1);
      assertNotNull(elements.poll(20, TimeUnit.SECONDS));
    }

    @Override
    public void onSubscribe(Subscription one) {
      subscription.complete(one);
    }

    @Override
    public void onNext(Object element) {
      elements.add(element);
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }

  private static void openFourOfEach(WebTransport session) {
    for (int i = 0; i < 4; i++) {
      session
          .createUnidirectionalStream()
          .thenAccept(s -> Source.single(HELLO).runWith(s.sink(), session.materializer()));
      session
          .createBidirectionalStream()
          .thenAccept(
              s -> Source.single(HELLO).runWith(s.writable().sink(), session.materializer()));
    }
  }
}
