package dev.ahti.webtransport.impl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.SendGroupHandle;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Leftovers;
import dev.ahti.webtransport.Bindings;
import dev.ahti.webtransport.OverBothBindings;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportDatagramsWritable;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.WebTransportQuotaExceededException;
import dev.ahti.webtransport.WebTransportSendGroup;
import dev.ahti.webtransport.WebTransportSendStream;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import io.netty.util.LeakPresenceDetector;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;

/** A group that was made while its session connected, when another one has taken its place. */
@OverBothBindings
class RefusedGroupIT {
  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void whoIsToBePutIntoItStaysWhereItIs() throws Exception {
    ActorSystem<Void> system =
        ActorSystem.create(
            Behaviors.empty(),
            "refused",
            ConfigFactory.parseString("ahti.session.send-groups = 1")
                .withFallback(ConfigFactory.load()));
    Ahti ahti = Ahti.get(system);
    try {
      WebTransportServerBinding binding =
          await(
              WebTransportServer.create(system)
                  .withHttpVersions(Bindings.current())
                  .withRoute("/", session -> {})
                  .bind());
      WebTransportOptions options =
          WebTransportOptions.create()
              .withHttpVersions(Bindings.current())
              .withServerCertificateHashes(binding.certificateHash());
      WebTransport there = WebTransport.connect(system, binding.url() + "/", options);
      await(there.ready());
      SessionHandle engine = ((ApiSession) there).require();

      CompletableFuture<SessionHandle> dialled = new CompletableFuture<>();
      ApiSession session = new ApiSession(ahti, dialled, options, ahti.settings().session());
      WebTransportSendGroup early = session.createSendGroup();
      SendGroupHandle place = engine.createSendGroup();
      dialled.complete(engine);

      WebTransportSendStream stream = await(session.createUnidirectionalStream());
      stream.setSendOrder(7);
      assertThrows(WebTransportQuotaExceededException.class, () -> stream.setSendGroup(early));
      assertEquals(Optional.empty(), stream.sendGroup());
      assertEquals(7, stream.sendOrder());
      WebTransportDatagramsWritable writable = session.datagrams().createWritable();
      assertThrows(WebTransportQuotaExceededException.class, () -> writable.setSendGroup(early));
      assertEquals(Optional.empty(), writable.sendGroup());
      Reference.reachabilityFence(place);

      session.close();
      await(session.closed());
      await(binding.stop());
    } finally {
      Closing.all(
          () -> Leftovers.awaitNone(system, Duration.ofSeconds(10)),
          system::terminate,
          () -> await(ahti.terminated()),
          LeakPresenceDetector::check);
    }
  }
}
