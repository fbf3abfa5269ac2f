package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.webtransport.server.SessionHandler;
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

  private final AtomicLong received = new AtomicLong();

  @Test
  @Timeout(120)
  void leaveTablesEmptyAndNoObject() throws Exception {
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
      Instances before = Instances.now();
      while (received.get() < STREAMS) {
        send(loopback, client, FIRST);
      }
      assertEquals(STREAMS, received.get());
      Loopback.eventually("no stream is left", () -> loopback.gauge("streams") == 0);
      Loopback.eventually("nor its actor", () -> loopback.gauge("streams.actors") == 0);
      loopback.awaitGauge("streams.inbound-queued-bytes", 0);
      loopback.awaitGauge("streams.outbound-queued-bytes", 0);
      // One object for every second stream is more than what comes and goes.
      Instances.awaitNotGrownBy((STREAMS - FIRST) / 2, before);
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
}
