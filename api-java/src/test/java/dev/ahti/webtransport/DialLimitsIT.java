package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.server.ServedSessionInfo;
import dev.ahti.webtransport.server.WebTransportServers;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What one session of a client grants its server. */
@DisplayName("limits at connect time: bytes and streams that the server may be ahead")
@OverBothBindings
class DialLimitsIT {
  private final BlockingQueue<WebTransport> accepted = new LinkedBlockingQueue<>();

  private WebTransportOptions limited(Loopback net) {
    return net.trusting()
        .withMaxData(1000)
        .withMaxStreamsBidirectional(2)
        .withMaxStreamsUnidirectional(3);
  }

  @Test
  void theServerIsToldThemAndKeepsToThem() throws Exception {
    try (Loopback net = Loopback.start(Map.of("/", accepted::add))) {
      WebTransport client = net.connect("/", limited(net));
      WebTransport server = accepted.poll(20, TimeUnit.SECONDS);
      ServedSessionInfo info =
          await(WebTransportServers.get(net.system).sessions(0, 1).get(0).info());
      assertEquals(OptionalLong.of(1000), info.remoteMaxData());
      assertEquals(OptionalLong.of(2), info.remoteMaxStreamsBidirectional());
      assertEquals(OptionalLong.of(3), info.remoteMaxStreamsUnidirectional());
      WebTransportSendStream first = await(server.createUnidirectionalStream());
      for (int i = 0; i < 2; i++) {
        await(server.createUnidirectionalStream());
        await(server.createBidirectionalStream());
      }
      assertInstanceOf(
          WebTransportQuotaExceededException.class, failure(server.createBidirectionalStream()));
      assertInstanceOf(
          WebTransportQuotaExceededException.class, failure(server.createUnidirectionalStream()));
      CompletionStage<Done> sent =
          Source.single(ByteString.fromArrayUnsafe(new byte[3000]))
              .runWith(first.sink(), net.system);
      // What is counted has the headers of streams on top, of a few bytes each.
      long ahead = Pause.watch(net, Duration.ofMillis(500)).sent();
      assertTrue(ahead >= 1000 && ahead < 1050, "sent: " + ahead);
      assertFalse(sent.toCompletableFuture().isDone());
      // Which grow with what is taken.
      assertEquals(3000L, await(HandledEnds.length(first(client))));
      await(sent);
    }
  }

  private static WebTransportReceiveStream first(WebTransport client) throws Exception {
    WebTransportStreamsReader<WebTransportReceiveStream> reader =
        client.incomingUnidirectionalStreamsReader();
    WebTransportReceiveStream stream = await(reader.read()).orElseThrow();
    reader.releaseLock();
    return stream;
  }

  @Test
  void sessionsOfOtherLimitsShareNoConnection() throws Exception {
    try (Loopback net = Loopback.start(Map.of("/", accepted::add))) {
      WebTransportOptions pooling =
          Loopback.options().withoutCertificateCheck().withAllowPooling(true);
      net.connect("/", pooling.withMaxData(1000));
      net.connect("/", pooling.withMaxData(1000));
      net.connect("/", pooling);
      // Of two connections both ends are here.
      net.awaitGauge(Gauges.CONNECTIONS, 4);
    }
  }

  @Test
  void limitsThatAreNoneAreRefused() {
    WebTransportOptions options = WebTransportOptions.create();
    assertThrows(IllegalArgumentException.class, () -> options.withMaxData(0));
    assertThrows(IllegalArgumentException.class, () -> options.withMaxData((1L << 60) + 1));
    assertThrows(IllegalArgumentException.class, () -> options.withMaxStreamsBidirectional(0));
    assertThrows(IllegalArgumentException.class, () -> options.withMaxStreamsUnidirectional(0));
  }
}
