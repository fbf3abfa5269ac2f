package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;

import dev.ahti.engine.gauge.Gauges;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** What runs on the actor system's scheduler ends with what it was for, and is seen until then. */
@OverBothBindings
class TimersIT {
  private static final WebTransportSendStreamOptions LONG =
      WebTransportSendStreamOptions.create().withStartTimeout(Duration.ofHours(1));

  @Test
  void theTimerEndsWithAStreamThatIsSentToItsEnd() throws Exception {
    try (Loopback net = Loopback.start(Map.of("/", session -> {}))) {
      WebTransport client = net.connect("/");
      WebTransportSendStream stream = await(client.createUnidirectionalStream(LONG));
      net.awaitGauge(Gauges.SCHEDULER_TIMERS, 1);
      await(Source.single(ByteString.fromString("x")).runWith(stream.sink(), net.system));
      net.awaitGauge(Gauges.SCHEDULER_TIMERS, 0);
      client.close();
    }
  }

  @Test
  void theTimerEndsWithAStreamThatIsAborted() throws Exception {
    try (Loopback net = Loopback.start(Map.of("/", session -> {}))) {
      WebTransport client = net.connect("/");
      WebTransportSendStream stream = await(client.createUnidirectionalStream(LONG));
      net.awaitGauge(Gauges.SCHEDULER_TIMERS, 1);
      stream.abort(1);
      net.awaitGauge(Gauges.SCHEDULER_TIMERS, 0);
      client.close();
    }
  }

  @Test
  void theTimerEndsWithTheSessionOfAStreamThatNobodyWrites() throws Exception {
    try (Loopback net = Loopback.start(Map.of("/", session -> {}))) {
      WebTransport client = net.connect("/");
      await(client.createUnidirectionalStream(LONG));
      net.awaitGauge(Gauges.SCHEDULER_TIMERS, 1);
      client.close();
      net.awaitGauge(Gauges.SCHEDULER_TIMERS, 0);
    }
  }

  /** Each step that needs no timer any more, before a session is there. */
  private static void whileConnecting(Use use) throws Exception {
    try (Loopback net = Loopback.start(Map.of("/", session -> {}));
        Silent silent = Silent.start()) {
      WebTransport client = WebTransport.connect(net.system, silent.url() + "/", net.trusting());
      CompletionStage<?> ended = use.of(client, net);
      net.awaitGauge(Gauges.SCHEDULER_TIMERS, 1);
      client.close();
      failure(ended);
      net.awaitGauge(Gauges.SCHEDULER_TIMERS, 0);
    }
  }

  private interface Use {
    CompletionStage<?> of(WebTransport client, Loopback net) throws Exception;
  }

  @Test
  void theTimerOfAStreamEndsWithASessionThatNeverWas() throws Exception {
    whileConnecting((client, net) -> client.createUnidirectionalStream(LONG));
  }

  @Test
  void theTimerOfADatagramEndsWithASessionThatNeverWas() throws Exception {
    whileConnecting(
        (client, net) -> {
          client.datagrams().setOutgoingMaxAge(Duration.ofHours(1));
          return Source.single(ByteString.fromString("x"))
              .concat(Source.maybe())
              .runWith(client.datagrams().createWritable().sink(), net.system);
        });
  }

  @OnlyOver(
      value = WebTransportHttpVersion.HTTP_3,
      because = "it needs a server with HTTP/3, which wins")
  @Test
  void theTimerOfTheSecondVersionEndsWhenTheFirstHasWon() throws Exception {
    try (Loopback net =
        Loopback.start(
            "ahti.dialer.http2-head-start = 1h", Map.of("/", session -> {}), server -> server)) {
      WebTransport client =
          net.connect(
              "/",
              net.trusting()
                  .withHttpVersions(
                      WebTransportHttpVersion.HTTP_3, WebTransportHttpVersion.HTTP_2));
      net.awaitGauge(Gauges.SCHEDULER_TIMERS, 0);
      client.close();
    }
  }
}
