package dev.ahti.docs.handlers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Leftovers;
import dev.ahti.webtransport.Bindings;
import dev.ahti.webtransport.OverBothBindings;
import dev.ahti.webtransport.server.ServerCertificate;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import dev.ahti.webtransport.server.WebTransportServers;
import io.netty.util.LeakPresenceDetector;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quick start of the Erlang library with the texts that it has there. */
@DisplayName("the seed's quick start: an echo on a stream and a datagram")
@OverBothBindings
class QuickStartIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static Path pem(Path file, Object content) throws Exception {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(content);
    }
    return Files.writeString(file, text.toString());
  }

  @Test
  void printsWhatItPrintsThere(@TempDir Path folder) throws Exception {
    ServerCertificate certificate = ServerCertificate.selfSigned("localhost");
    Path cert = pem(folder.resolve("cert.pem"), certificate.chain().get(0));
    Path key = pem(folder.resolve("key.pem"), new JcaPKCS8Generator(certificate.key(), null));
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "quick-start");
    Ahti ahti = Ahti.get(system);
    try {
      WebTransportServerBinding server =
          await(QuickStart.start(system, Bindings.current(), cert, key, 0));
      assertTrue(WebTransportServers.get(system).binding("my_server").isPresent());
      BlockingQueue<String> printed = new LinkedBlockingQueue<>();
      system.systemActorOf(
          QuickStart.caller(Bindings.current(), server.localAddress().getPort(), printed::add),
          "caller",
          Props.empty());
      assertEquals("Got: echo: hello", printed.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
      assertEquals("Got: echo: ping", printed.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
      await(server.stop());
      Leftovers.awaitNone(system, PATIENCE);
    } finally {
      Closing.all(system::terminate, () -> await(ahti.terminated()), LeakPresenceDetector::check);
    }
  }
}
