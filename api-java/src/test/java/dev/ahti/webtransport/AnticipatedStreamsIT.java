package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How many streams a peer may have open, and what a session can say to that. */
@OverBothBindings
class AnticipatedStreamsIT {
  private static final int MANY = 300;

  /** The transport allows more than the sessions do, so that theirs is the limit that is met. */
  private static final String ROOMY =
      "ahti.netty.streams-unidirectional = 400\nahti.netty.streams-bidirectional = 400";

  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();

  private Loopback start(String config) throws Exception {
    return Loopback.start(config, Map.of("/", accepted::add), server -> server);
  }

  private WebTransport server() throws InterruptedException {
    return accepted.poll(20, TimeUnit.SECONDS);
  }

  private static <T> List<CompletableFuture<T>> many(Supplier<CompletableFuture<T>> open) {
    return Stream.generate(open).limit(MANY).toList();
  }

  private static final WebTransportSendStreamOptions WAIT =
      WebTransportSendStreamOptions.create().withWaitUntilAvailable(true);

  private static List<CompletableFuture<WebTransportSendStream>> unidirectional(WebTransport peer) {
    return many(() -> peer.createUnidirectionalStream(WAIT).toCompletableFuture());
  }

  private static List<CompletableFuture<WebTransportBidirectionalStream>> bidirectional(
      WebTransport peer) {
    return many(() -> peer.createBidirectionalStream(WAIT).toCompletableFuture());
  }

  private static long open(List<? extends CompletableFuture<?>> streams) {
    return streams.stream().filter(one -> one.isDone() && !one.isCompletedExceptionally()).count();
  }

  @ParameterizedTest
  @EnumSource
  void moreCallsThanMayWaitForAStreamFail(SessionEnds.Role role) throws Exception {
    SessionEnds.with(
        role,
        "ahti.session.open-waiters-capacity = 1",
        ends -> {
          Throwable limit = null;
          while (limit == null) {
            limit =
                ends.mine()
                    .createUnidirectionalStream()
                    .toCompletableFuture()
                    .handle((stream, failure) -> failure)
                    .get(20, TimeUnit.SECONDS);
          }
          var waits = ends.mine().createUnidirectionalStream(WAIT);
          var tooMany =
              assertInstanceOf(
                  WebTransportQuotaExceededException.class,
                  Loopback.failure(ends.mine().createUnidirectionalStream(WAIT)));
          assertTrue(tooMany.getMessage().contains("1 calls wait"), tooMany.getMessage());
          assertFalse(waits.toCompletableFuture().isDone());
          // Those of the other kind have their own.
          Loopback.await(ends.mine().createBidirectionalStream());
        });
  }

  @Test
  void aHundredAreAllowedAtTheStartAndNotThreeHundred() throws Exception {
    try (Loopback loopback = start("")) {
      WebTransport client = loopback.connect("/");
      WebTransport server = server();
      for (List<? extends CompletableFuture<?>> opening :
          List.of(
              unidirectional(server),
              bidirectional(server),
              unidirectional(client),
              bidirectional(client))) {
        Loopback.eventually("a hundred", () -> open(opening) >= 100);
        assertTrue(open(opening) < MANY);
      }
      client.close();
    }
  }

  @Test
  void aClientThatAnticipatesThemGetsThemAllAtOnce() throws Exception {
    try (Loopback loopback = start("")) {
      WebTransport client =
          loopback.connect(
              "/",
              loopback
                  .trusting()
                  .withAnticipatedConcurrentIncomingUnidirectionalStreams(MANY)
                  .withAnticipatedConcurrentIncomingBidirectionalStreams(MANY));
      assertEquals(
          OptionalInt.of(MANY), client.anticipatedConcurrentIncomingUnidirectionalStreams());
      assertEquals(
          OptionalInt.of(MANY), client.anticipatedConcurrentIncomingBidirectionalStreams());
      WebTransport server = server();
      List<CompletableFuture<WebTransportSendStream>> one = unidirectional(server);
      List<CompletableFuture<WebTransportBidirectionalStream>> other = bidirectional(server);
      Loopback.eventually("all are open", () -> open(one) == MANY && open(other) == MANY);
      // Nobody takes them, and none is refused for that.
      List<CompletableFuture<?>> written = new ArrayList<>();
      for (CompletableFuture<WebTransportSendStream> stream : one) {
        written.add(
            Source.single(ByteString.fromString("x"))
                .concat(Source.maybe())
                .runWith(await(stream).sink(), loopback.system)
                .toCompletableFuture());
      }
      Loopback.eventually(
          "all have come, of both kinds",
          () -> loopback.gauge(Gauges.INCOMING_STREAMS_WAITING) == 2 * MANY);
      loopback.awaitGauge(Gauges.INCOMING_STREAMS_REFUSED, 0);
      assertFalse(written.stream().anyMatch(CompletableFuture::isDone));
      client.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whileTheSessionRunsMoreCanBeAllowedAtEitherEnd(boolean atTheClient) throws Exception {
    try (Loopback loopback = start(ROOMY)) {
      WebTransport client = loopback.connect("/");
      WebTransport server = server();
      WebTransport session = atTheClient ? client : server;
      WebTransport peer = atTheClient ? server : client;
      List<CompletableFuture<WebTransportSendStream>> one = unidirectional(peer);
      List<CompletableFuture<WebTransportBidirectionalStream>> other = bidirectional(peer);
      Loopback.eventually("a hundred", () -> open(one) >= 100 && open(other) >= 100);
      assertTrue(open(one) < MANY && open(other) < MANY);
      session.setAnticipatedConcurrentIncomingUnidirectionalStreams(MANY);
      Loopback.eventually("all of one kind", () -> open(one) == MANY);
      assertTrue(open(other) < MANY);
      session.setAnticipatedConcurrentIncomingBidirectionalStreams(MANY);
      Loopback.eventually("all of the other", () -> open(other) == MANY);
      session.setAnticipatedConcurrentIncomingBidirectionalStreams(null);
      assertEquals(
          OptionalInt.empty(), session.anticipatedConcurrentIncomingBidirectionalStreams());
      client.close();
    }
  }

  @Test
  void whatWasSetLastWhileConnectingCounts() throws Exception {
    try (Loopback loopback = start(ROOMY)) {
      WebTransport client =
          WebTransport.connect(
              loopback.system,
              loopback.binding.url() + "/",
              loopback.trusting().withAnticipatedConcurrentIncomingUnidirectionalStreams(5));
      client.setAnticipatedConcurrentIncomingUnidirectionalStreams(MANY);
      assertFalse(client.ready().toCompletableFuture().isDone(), "set too late");
      await(client.ready());
      for (CompletableFuture<WebTransportSendStream> stream : unidirectional(server())) {
        await(await(stream).getWriter().write(ByteString.fromString("x")));
      }
      Loopback.eventually(
          "all have come",
          () ->
              loopback.gauge(Gauges.INCOMING_STREAMS_WAITING)
                      + loopback.gauge(Gauges.INCOMING_STREAMS_REFUSED)
                  == MANY);
      loopback.awaitGauge(Gauges.INCOMING_STREAMS_REFUSED, 0);
      client.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 65536})
  void numbersThatAreNoUnsignedShortAreATypeError(int number) throws Exception {
    WebTransportOptions options = Loopback.options();
    assertThrows(
        WebTransportTypeException.class,
        () -> options.withAnticipatedConcurrentIncomingBidirectionalStreams(number));
    assertThrows(
        WebTransportTypeException.class,
        () -> options.withAnticipatedConcurrentIncomingUnidirectionalStreams(number));
    try (Loopback loopback = start("")) {
      WebTransport client = loopback.connect("/");
      assertThrows(
          WebTransportTypeException.class,
          () -> client.setAnticipatedConcurrentIncomingBidirectionalStreams(number));
      assertThrows(
          WebTransportTypeException.class,
          () -> client.setAnticipatedConcurrentIncomingUnidirectionalStreams(number));
      client.setAnticipatedConcurrentIncomingUnidirectionalStreams(65535);
      client.setAnticipatedConcurrentIncomingUnidirectionalStreams(0);
      assertEquals(OptionalInt.of(0), client.anticipatedConcurrentIncomingUnidirectionalStreams());
      client.close();
    }
  }
}
