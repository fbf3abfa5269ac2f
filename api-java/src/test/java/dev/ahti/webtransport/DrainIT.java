package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static dev.ahti.webtransport.Loopback.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.webtransport.server.SessionHandler;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A server that stops without haste. */
@DisplayName("draining: nothing new, and what was accepted goes on until it ends")
@OverBothBindings
class DrainIT {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int BYTES = 1 << 20;

  private static final SessionHandler ECHO =
      session ->
          session
              .incomingBidirectionalStreams()
              .runForeach(
                  stream ->
                      stream.flow().join(Flow.of(ByteString.class)).run(session.materializer()),
                  session.materializer());

  private static Loopback start() throws Exception {
    return Loopback.start(Map.of("/", ECHO));
  }

  /** Sends much and reads nothing of the echo until the gate opens; counts what comes back. */
  private static CompletionStage<Integer> exchange(
      WebTransport session, CompletionStage<Done> gate, CompletableFuture<Done> begun)
      throws Exception {
    WebTransportBidirectionalStream stream = await(session.createBidirectionalStream());
    return Source.single(ByteString.fromArray(new byte[BYTES]))
        .via(stream.flow())
        .map(
            bytes -> {
              begun.complete(Done.getInstance());
              return bytes.size();
            })
        .mapAsync(1, size -> gate.thenApply(open -> size))
        .runWith(Sink.fold(0, Integer::sum), session.materializer());
  }

  @Test
  void whatIsInFlightArrivesAndNothingNewIsAccepted() throws Exception {
    try (Loopback loopback = start()) {
      WebTransportOptions pooled =
          Loopback.options().withoutCertificateCheck().withAllowPooling(true);
      WebTransport session = loopback.connect("/", pooled);
      CompletableFuture<Done> gate = new CompletableFuture<>();
      CompletableFuture<Done> begun = new CompletableFuture<>();
      CompletionStage<Integer> echoed = exchange(session, gate, begun);
      await(begun);
      CompletionStage<Done> drained = loopback.binding.drain(LONG);
      await(session.draining());
      assertInstanceOf(
          WebTransportError.class, failure(connect(loopback, loopback.trusting()).ready()));
      assertInstanceOf(WebTransportError.class, failure(connect(loopback, pooled).ready()));
      assertFalse(drained.toCompletableFuture().isDone());
      gate.complete(Done.getInstance());
      assertEquals(BYTES, await(echoed));
      assertEquals(
          4, await(exchange(session, 4)), "a session that is drained may open streams as before");
      session.close();
      await(drained);
      assertEquals(0, loopback.gauge(Gauges.LISTENER_DRAINS_CUT));
    }
  }

  private static CompletionStage<Integer> exchange(WebTransport session, int bytes)
      throws Exception {
    WebTransportBidirectionalStream stream = await(session.createBidirectionalStream());
    return Source.single(ByteString.fromArray(new byte[bytes]))
        .via(stream.flow())
        .map(ByteString::size)
        .runWith(Sink.fold(0, Integer::sum), session.materializer());
  }

  private static WebTransport connect(Loopback loopback, WebTransportOptions options) {
    return WebTransport.connect(
        loopback.system,
        loopback.binding.url() + "/",
        options.withConnectTimeout(Duration.ofSeconds(2)));
  }

  @Test
  void sessionsThatAreLeftAreClosedWithTheCode() throws Exception {
    try (Loopback loopback = start()) {
      WebTransport session = loopback.connect("/", loopback.trusting());
      WebTransportCloseInfo moved = new WebTransportCloseInfo(7, "moved");
      CompletionStage<Done> drained = loopback.binding.drain(Duration.ofMillis(1), moved);
      assertEquals(moved, await(session.closed()));
      await(drained);
      loopback.awaitGauge(Gauges.LISTENER_DRAINS_CUT, 1);
    }
  }

  @Test
  void stoppingEndsTheWaiting() throws Exception {
    try (Loopback loopback = start()) {
      WebTransport session = loopback.connect("/");
      CompletionStage<Done> drained = loopback.binding.drain(LONG);
      await(session.draining());
      await(loopback.binding.stop());
      await(drained);
      assertEquals(WebTransportCloseInfo.NONE, await(session.closed()));
    }
  }

  @Test
  void aServerWithoutSessionsIsDrainedAtOnceAndItsPortIsFree() throws Exception {
    try (Loopback loopback = start()) {
      int port = loopback.binding.localAddress().getPort();
      await(loopback.binding.drain(LONG));
      WebTransportServerBinding again =
          await(WebTransportServer.create(loopback.system).withPort(port).bind());
      await(again.stop());
    }
  }

  @Test
  void aTimeBelowZeroOrAboveADayIsRefused() throws Exception {
    try (Loopback loopback = start()) {
      for (Duration wrong : List.of(Duration.ofMillis(-1), Duration.ofDays(1).plusMillis(1))) {
        assertThrows(IllegalArgumentException.class, () -> loopback.binding.drain(wrong));
      }
    }
  }

  @Test
  void theShutdownOfTheActorSystemDrainsItsServers() throws Exception {
    ActorSystem<Void> system =
        ActorSystem.create(Behaviors.empty(), "server", ConfigFactory.load());
    Ahti ended = Ahti.get(system);
    try (Loopback clients = start()) {
      WebTransportServerBinding binding =
          await(
              WebTransportServer.create(system)
                  .withHttpVersions(Bindings.current())
                  .withRoute("/", ECHO)
                  .bind());
      WebTransport session =
          WebTransport.connect(
              clients.system, binding.url() + "/", Loopback.options().withoutCertificateCheck());
      await(session.ready());
      CompletableFuture<Done> gate = new CompletableFuture<>();
      CompletableFuture<Done> begun = new CompletableFuture<>();
      CompletionStage<Integer> echoed = exchange(session, gate, begun);
      await(begun);
      system.terminate();
      await(session.draining());
      gate.complete(Done.getInstance());
      assertEquals(BYTES, await(echoed));
      assertFalse(system.getWhenTerminated().toCompletableFuture().isDone());
      session.close();
      await(ended.terminated());
      assertEquals(0L, ended.gauges().snapshot().getOrDefault(Gauges.LISTENER_DRAINS_CUT, 0L));
    }
  }
}
