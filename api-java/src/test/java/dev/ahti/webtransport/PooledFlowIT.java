package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.server.SessionHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** Sessions of draft 16 that share a connection, each within limits of its own. */
@OverBothBindings
class PooledFlowIT {
  private static final int SESSIONS = 4;
  private static final int CHUNK = 8 << 10;
  private static final int CHUNKS = 64;
  private static final int STREAMS = 20;

  /** A session's window, what waits for it in the stream, and a chunk each way. */
  private static final int MOST_WAITING = (64 + 128) * 1024 / CHUNK + 4;

  private static final String LIMITS =
      "ahti.session.flow { data-window = 64 KiB, streams-bidirectional = 4 }";

  private final BlockingQueue<WebTransport> deaf = new LinkedBlockingQueue<>();
  private final SessionHandler echo =
      session ->
          session
              .incomingBidirectionalStreams()
              .runForeach(
                  stream ->
                      stream.flow().join(Flow.of(ByteString.class)).run(session.materializer()),
                  session.materializer());

  private Loopback start() throws Exception {
    return Loopback.start(LIMITS, Map.of("/", echo, "/deaf", deaf::add), UnaryOperator.identity());
  }

  private static WebTransport connect(Loopback loopback, String path) throws Exception {
    return loopback.connect(
        path,
        Loopback.options()
            .withoutCertificateCheck()
            .withAllowPooling(true)
            .withDrafts(WebTransportDraft.DRAFT_16));
  }

  private static List<WebTransport> sessions(Loopback loopback) throws Exception {
    List<WebTransport> sessions = new ArrayList<>();
    for (int i = 0; i < SESSIONS; i++) {
      sessions.add(connect(loopback, "/"));
    }
    return sessions;
  }

  /** Sends a chunk many times and gathers what comes back. */
  private static CompletionStage<ByteString> echoed(
      WebTransport session, ByteString chunk, int times) throws Exception {
    return Source.repeat(chunk)
        .take(times)
        .via(
            await(
                    session.createBidirectionalStream(
                        WebTransportSendStreamOptions.create().withWaitUntilAvailable(true)))
                .flow())
        .runWith(
            Sink.fold(ByteString.emptyByteString(), ByteString::concat), session.materializer());
  }

  private static ByteString random(int seed) {
    byte[] bytes = new byte[CHUNK];
    new Random(seed).nextBytes(bytes);
    return ByteString.fromArray(bytes);
  }

  private static void assertEchoed(int seed, CompletionStage<ByteString> back) throws Exception {
    ByteString all = await(back);
    assertEquals(CHUNK * CHUNKS, all.length());
    for (int i = 0; i < CHUNKS; i++) {
      assertEquals(random(seed), all.slice(i * CHUNK, (i + 1) * CHUNK));
    }
  }

  private static void allEcho(List<WebTransport> sessions) throws Exception {
    List<CompletionStage<ByteString>> backs = new ArrayList<>();
    for (int i = 0; i < sessions.size(); i++) {
      backs.add(echoed(sessions.get(i), random(i), CHUNKS));
    }
    for (int i = 0; i < backs.size(); i++) {
      assertEchoed(i, backs.get(i));
    }
  }

  @Test
  void eachSendsManyTimesItsWindowAndOpensManyTimesItsStreams() throws Exception {
    try (Loopback loopback = start()) {
      List<WebTransport> sessions = sessions(loopback);
      // Both ends of each are in this actor system.
      loopback.awaitGauge(Gauges.CONNECTIONS, 2);
      if (Bindings.current() == WebTransportHttpVersion.HTTP_3) {
        // Over HTTP/2 every session has windows; there they are a choice of the two ends.
        loopback.awaitGauge(Gauges.FLOW_SESSIONS, 2 * SESSIONS);
      }
      allEcho(sessions);
      for (int i = 0; i < STREAMS; i++) {
        for (WebTransport session : sessions) {
          assertEquals(CHUNK, await(echoed(session, random(i), 1)).length());
        }
      }
      sessions.get(0).close(new WebTransportCloseInfo(1, "first"));
      await(sessions.get(0).closed());
      allEcho(sessions.subList(1, SESSIONS));
      loopback.awaitGauge(Gauges.CONNECTIONS, 2);
      sessions.forEach(WebTransport::close);
    }
  }

  @Test
  void oneThatNobodyReadsIsHeldByItsWindowAndTheOthersGoOn() throws Exception {
    try (Loopback loopback = start()) {
      List<WebTransport> sessions = sessions(loopback);
      WebTransport unread = connect(loopback, "/deaf");
      WebTransport silent = deaf.poll(10, TimeUnit.SECONDS);
      AtomicInteger taken = new AtomicInteger();
      ByteString chunk = random(99);
      Source.repeat(chunk)
          .take(16 * CHUNKS)
          .map(
              next -> {
                taken.incrementAndGet();
                return next;
              })
          .runWith(
              await(
                      unread.createUnidirectionalStream(
                          WebTransportSendStreamOptions.create().withWaitUntilAvailable(true)))
                  .sink(),
              unread.materializer());
      Loopback.eventually("its window is full", () -> taken.get() * CHUNK >= 64 << 10);
      allEcho(sessions);
      assertTrue(taken.get() <= MOST_WAITING, taken + " chunks");
      assertFalse(unread.closed().toCompletableFuture().isDone());
      // Read at last, all of it comes.
      long bytes =
          await(
              silent
                  .incomingUnidirectionalStreams()
                  .take(1)
                  .flatMapConcat(WebTransportReceiveStream::source)
                  .runWith(
                      Sink.fold(0L, (sum, next) -> sum + next.length()), silent.materializer()));
      assertEquals(16L * CHUNKS * CHUNK, bytes);
      loopback.awaitGauge(Gauges.CONNECTIONS, 2);
      unread.close();
      sessions.forEach(WebTransport::close);
    }
  }
}
