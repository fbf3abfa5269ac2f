package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Leftovers;
import dev.ahti.webtransport.WebTransport;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import io.netty.util.LeakPresenceDetector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ahti connect} counts of the streams that a server opens, and how long it waits. */
class ServerStreamsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final ByteString FIVE = ByteString.fromString("12345");

  private ActorSystem<Void> system;
  private WebTransportServerBinding binding;

  @BeforeEach
  void serve() throws Exception {
    system = ActorSystem.create(Behaviors.empty(), "streams");
    binding =
        await(
            WebTransportServer.create(system)
                .withRoute("/three", ServerStreamsIT::three)
                .withRoute("/slow", ServerStreamsIT::slow)
                .withRoute("/endless", session -> oneWay(session, endless()))
                .bind());
  }

  @AfterEach
  void nothingIsLeft() {
    Ahti ahti = Ahti.get(system);
    Closing.all(
        () -> await(binding.stop()),
        () -> Leftovers.awaitNone(system, PATIENCE),
        system::terminate,
        () -> await(ahti.terminated()),
        LeakPresenceDetector::check);
  }

  private static void oneWay(WebTransport session, Source<ByteString, ?> bytes) {
    session
        .createUnidirectionalStream()
        .thenAccept(stream -> bytes.runWith(stream.sink(), session.materializer()));
  }

  /**
   * Five bytes each way that a server can open a stream, and one that is reset. On the
   * bidirectional one they come once the client has ended its half.
   */
  private static void three(WebTransport session) {
    oneWay(session, Source.single(FIVE));
    session
        .createBidirectionalStream()
        .thenAccept(
            stream ->
                stream
                    .flow()
                    .join(Flow.of(ByteString.class).concat(Source.single(FIVE)))
                    .run(session.materializer()));
    oneWay(session, Source.failed(new IllegalStateException("reset")));
  }

  /** Four times five bytes, one after the other; what the client opens is echoed meanwhile. */
  private static void slow(WebTransport session) {
    oneWay(session, Source.repeat(FIVE).take(4).throttle(1, Duration.ofMillis(700)));
    session
        .incomingBidirectionalStreams()
        .runForeach(
            stream -> stream.flow().join(Flow.create()).run(session.materializer()),
            session.materializer());
  }

  private static Source<ByteString, ?> endless() {
    return Source.single(FIVE).concat(Source.maybe());
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What is counted when the wait with a patience of one second is over. */
  private String counted(String path, int streams) throws Exception {
    WebTransport session =
        WebTransport.connect(
            system,
            binding.url() + path,
            WebTransportOptions.create().withServerCertificateHashes(binding.certificateHash()));
    await(session.ready());
    ServerStreams opened = new ServerStreams(session);
    opened.read();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (opened.count() < streams && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    opened.awaitEnd(EndSignal.never(), 1);
    session.close();
    return opened.count() + " streams, " + opened.bytes() + " bytes";
  }

  @Test
  void everyKindIsReadToItsEndAndCounted() throws Exception {
    assertEquals("3 streams, 10 bytes", counted("/three", 3));
  }

  @Test
  void aStreamIsWaitedForAsLongAsSomethingComes() throws Exception {
    assertEquals("1 streams, 20 bytes", counted("/slow", 1));
  }

  @Test
  void theCommandWaitsForThemWhenItsOwnStreamHasEnded(@TempDir Path folder) throws Exception {
    try (AhtiProcess client =
        AhtiProcess.start(
            folder,
            "connect",
            binding.url() + "/slow",
            "--cert-hash",
            binding.certificateHash().hex())) {
      client.feed("hello".getBytes(StandardCharsets.UTF_8));
      assertEquals("hello", client.rest());
      assertEquals(0, client.exitCode(), client::errors);
      assertEquals("serverStreams: streams 1, bytes 20", client.errors().strip());
    }
  }

  @Test
  void aStreamOnWhichNothingComesIsNotWaitedFor() throws Exception {
    assertEquals("1 streams, 5 bytes", counted("/endless", 1));
  }
}
