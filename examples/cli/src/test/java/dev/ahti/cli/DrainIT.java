package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportBidirectionalStream;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.WebTransportOptions;
import io.netty.util.LeakPresenceDetector;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SIGTERM while much is on its way. */
@DisplayName("serve ends at a signal without losing what it accepted")
class DrainIT {
  private static final int SESSIONS = 100;
  private static final int BYTES = 1 << 20;

  /** From the signal to the end: five seconds, with ten times head-room. */
  private static final Duration LIMIT = Duration.ofSeconds(50);

  @TempDir private static Path folder;

  private ActorSystem<Void> system;

  @BeforeEach
  void start() {
    system = ActorSystem.create(Behaviors.empty(), "clients", ConfigFactory.load());
  }

  @AfterEach
  void end() {
    Ahti ahti = Ahti.get(system);
    Closing.all(system::terminate, () -> await(ahti.terminated()), LeakPresenceDetector::check);
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  /** One session that sends its bytes to be echoed, and reads little before it may. */
  private final class Exchange {
    private final WebTransport session;
    private final CompletableFuture<Done> begun = new CompletableFuture<>();
    private final byte[] sent = new byte[BYTES];
    private CompletionStage<ByteString> echoed = CompletableFuture.completedStage(null);

    Exchange(String url, WebTransportHttpVersion version, int seed) {
      new Random(seed).nextBytes(sent);
      session =
          WebTransport.connect(
              system,
              url + "/echo",
              WebTransportOptions.create().withoutCertificateCheck().withHttpVersions(version));
    }

    void begin(CompletionStage<Done> gate) throws Exception {
      await(session.ready());
      WebTransportBidirectionalStream stream = await(session.createBidirectionalStream());
      echoed =
          Source.single(ByteString.fromArrayUnsafe(sent))
              .via(stream.flow())
              .map(
                  bytes -> {
                    begun.complete(Done.getInstance());
                    return bytes;
                  })
              .mapAsync(1, bytes -> gate.thenApply(open -> bytes))
              .runWith(
                  Sink.fold(
                      MessageDigest.getInstance("SHA-256"),
                      (digest, bytes) -> {
                        digest.update(bytes.toArrayUnsafe());
                        return digest;
                      }),
                  session.materializer())
              .thenApply(digest -> ByteString.fromArrayUnsafe(digest.digest()));
    }

    void end() throws Exception {
      byte[] expected = MessageDigest.getInstance("SHA-256").digest(sent);
      assertEquals(ByteString.fromArrayUnsafe(expected), await(echoed));
      session.close();
    }
  }

  @ParameterizedTest
  @EnumSource(WebTransportHttpVersion.class)
  void everyByteOfAHundredSessionsArrives(WebTransportHttpVersion version) throws Exception {
    try (AhtiProcess server =
        AhtiProcess.start(
            folder,
            "serve",
            "--port",
            "0",
            "--no-page",
            "--json",
            "--drain-timeout",
            Long.toString(LIMIT.toSeconds()))) {
      String url = server.json().get("url").asText();
      CompletableFuture<Done> gate = new CompletableFuture<>();
      List<Exchange> exchanges = new ArrayList<>();
      for (int seed = 0; seed < SESSIONS; seed++) {
        exchanges.add(new Exchange(url, version, seed));
      }
      for (Exchange exchange : exchanges) {
        exchange.begin(gate);
      }
      for (Exchange exchange : exchanges) {
        await(exchange.begun);
      }
      long signalled = System.nanoTime();
      server.terminate();
      for (Exchange exchange : exchanges) {
        await(exchange.session.draining());
      }
      gate.complete(Done.getInstance());
      for (Exchange exchange : exchanges) {
        exchange.end();
      }
      assertEquals(0, server.exitCode(), server::errors);
      Duration took = Duration.ofNanos(System.nanoTime() - signalled);
      assertTrue(took.compareTo(LIMIT) < 0, took::toString);
      assertEquals("", server.errors());
    }
  }

  @Test
  void aSecondSignalDoesNotWaitForSessions() throws Exception {
    try (AhtiProcess server =
        AhtiProcess.start(
            folder,
            "serve",
            "--port",
            "0",
            "--no-page",
            "--json",
            "--drain-timeout",
            Long.toString(Duration.ofDays(1).toSeconds()))) {
      String url = server.json().get("url").asText();
      WebTransport session =
          WebTransport.connect(
              system, url + "/echo", WebTransportOptions.create().withoutCertificateCheck());
      await(session.ready());
      server.terminate();
      await(session.draining());
      server.terminate();
      assertEquals(0, server.exitCode(), server::errors);
      assertEquals("", server.errors());
      await(session.closed());
    }
  }
}
