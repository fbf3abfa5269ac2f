package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.server.WebTransportRoute;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.junit.jupiter.api.Test;

/** A client that stays connected, with real sessions; its times are those of ReconnectStageTest. */
@OverBothBindings
class ReconnectIT {
  private static final int REFUSED = 3;

  @Test
  void aServerInTroubleIsAskedAgainAndACloseInOrderIsTheEnd() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    WebTransportRoute route =
        WebTransportRoute.of(session -> {})
            .withProtocolSelector(
                offered -> {
                  if (asked.incrementAndGet() <= REFUSED) {
                    throw new IllegalStateException("in trouble");
                  }
                  return Optional.empty();
                });
    try (Loopback net = Loopback.start("", Map.of(), server -> server.withRoute("/", route))) {
      SinkQueueWithCancel<WebTransport> sessions =
          WebTransportReconnect.to(net.system, net.binding.url() + "/", net.trusting())
              .withBackoff(Duration.ofMillis(10), Duration.ofMillis(20))
              .withJitter(1)
              .withAttempts(REFUSED + 1)
              .sessions()
              .runWith(Sink.queue(1), net.system);
      WebTransport session = await(sessions.pull()).orElseThrow();
      assertEquals(WebTransportState.CONNECTED, session.state());
      assertEquals(REFUSED + 1, asked.get());
      session.close(new WebTransportCloseInfo(3, "enough"));
      assertTrue(await(sessions.pull()).isEmpty());

      asked.set(0);
      SinkQueueWithCancel<WebTransport> tired =
          WebTransportReconnect.to(net.system, net.binding.url() + "/", net.trusting())
              .withBackoff(Duration.ofMillis(10), Duration.ofMillis(10))
              .withAttempts(REFUSED)
              .sessions()
              .runWith(Sink.queue(1), net.system);
      WebTransportError last = (WebTransportError) Loopback.failure(tired.pull());
      assertEquals(500, last.httpStatus().orElseThrow());
      assertEquals(REFUSED, asked.get());
    }
  }
}
