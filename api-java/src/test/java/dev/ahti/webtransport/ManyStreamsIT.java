package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.server.SessionHandler;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hundred thousand short streams through one session: nothing of them stays. */
@OverBothBindings
class ManyStreamsIT {
  private static final int STREAMS = 100_000;
  private static final int FIRST = 10_000;
  private static final int AT_A_TIME = 256;
  private static final int COLLECTIONS = 3;

  /**
   * What the heap may grow by from one ten thousand to the next, by the line through all of them: a
   * stream that leaves one object behind is more.
   */
  private static final double FLAT = FIRST * 16;

  private final AtomicLong received = new AtomicLong();

  @Test
  @Timeout(120)
  void leaveTablesEmptyAndTheHeapFlat() throws Exception {
    SessionHandler sink =
        session ->
            session
                .incomingUnidirectionalStreams()
                .runForeach(
                    stream ->
                        stream
                            .source()
                            .runWith(
                                Sink.foreach(bytes -> received.addAndGet(bytes.length())),
                                session.materializer()),
                    session.materializer());
    try (Loopback loopback = Loopback.start(Map.of("/", sink))) {
      WebTransport client = loopback.connect("/");
      send(loopback, client, FIRST);
      List<Long> heap = new ArrayList<>(List.of(usedHeap()));
      while (received.get() < STREAMS) {
        send(loopback, client, FIRST);
        heap.add(usedHeap());
      }
      assertEquals(STREAMS, received.get());
      Loopback.eventually("no stream is left", () -> loopback.gauge("streams") == 0);
      Loopback.eventually("nor its actor", () -> loopback.gauge("streams.actors") == 0);
      loopback.awaitGauge("streams.inbound-queued-bytes", 0);
      loopback.awaitGauge("streams.outbound-queued-bytes", 0);
      assertTrue(slope(heap) < FLAT, () -> "the heap grows: " + heap);
      client.close();
    }
  }

  /** Opens that many, with a byte each, and waits until all of them have arrived. */
  private void send(Loopback loopback, WebTransport client, int streams) throws Exception {
    long all = received.get() + streams;
    ByteString one = ByteString.fromString("x");
    await(
        Source.from(() -> IntStream.range(0, streams).iterator())
            .mapAsyncUnordered(
                AT_A_TIME,
                i ->
                    client
                        .createUnidirectionalStream(
                            WebTransportSendStreamOptions.create().withWaitUntilAvailable(true))
                        .thenCompose(
                            stream ->
                                Source.single(one).runWith(stream.sink(), client.materializer())))
            .runWith(Sink.ignore(), loopback.system));
    Loopback.eventually("all have arrived", () -> received.get() == all);
  }

  /** How much a value rises from one to the next, by least squares. */
  private static double slope(List<Long> values) {
    double middle = (values.size() - 1) / 2.0;
    double product = 0;
    double squares = 0;
    for (int i = 0; i < values.size(); i++) {
      product += (i - middle) * values.get(i);
      squares += (i - middle) * (i - middle);
    }
    return product / squares;
  }

  /**
   * After a few collections: what one leaves, such as what a cleaner has to look at, the next
   * takes.
   */
  private static long usedHeap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < COLLECTIONS; i++) {
      WeakReference<Object> garbage = new WeakReference<>(new Object());
      while (garbage.get() != null) {
        System.gc();
      }
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
