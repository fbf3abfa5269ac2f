package dev.ahti.webtransport;

import static dev.ahti.webtransport.Loopback.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.IoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.internal.ThreadExecutorMap;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client and a server where epoll does not load, as on other systems than Linux. */
@OverBothBindings
class NioIT {
  private static final int CHUNK = 64 * 1024;
  private static final int CHUNKS = 8 * 16;

  /** Whether the server's handler is given bytes by a loop of java.nio. */
  private final Set<Boolean> onNio = ConcurrentHashMap.newKeySet();

  @ParameterizedTest
  @EnumSource
  void eightMebibytesComeBackAndAReaderThatPausesStopsThem(WebTransportHttpVersion version)
      throws Exception {
    try (Loopback net =
        Loopback.start(
            "ahti.netty.epoll = off",
            Map.of("/echo", this::echo),
            server -> server.withHttpVersions(version))) {
      WebTransport client = net.connect("/echo", net.trusting().withHttpVersions(version));
      WebTransportBidirectionalStream stream = await(client.createBidirectionalStream());
      MessageDigest sent = MessageDigest.getInstance("SHA-256");
      MessageDigest received = MessageDigest.getInstance("SHA-256");
      Random random = new Random(2);
      CompletableFuture<Done> paused = new CompletableFuture<>();
      CompletableFuture<Done> resumed = new CompletableFuture<>();
      CompletionStage<Long> count =
          Source.range(1, CHUNKS)
              .map(
                  i -> {
                    byte[] chunk = new byte[CHUNK];
                    random.nextBytes(chunk);
                    sent.update(chunk);
                    return ByteString.fromArrayUnsafe(chunk);
                  })
              .via(stream.flow())
              .mapAsync(
                  1,
                  bytes -> {
                    paused.complete(Done.getInstance());
                    return resumed.thenApply(done -> bytes);
                  })
              .runWith(
                  Sink.<Long, ByteString>fold(
                      0L,
                      (sum, bytes) -> {
                        received.update(bytes.toArrayUnsafe());
                        return sum + bytes.length();
                      }),
                  net.system);
      await(paused);
      Pause pause = Pause.watch(net, Duration.ofSeconds(1));
      assertTrue(pause.sent() < 8 << 20, "sent both ways to a reader that pauses: " + pause);
      assertFalse(count.toCompletableFuture().isDone());
      resumed.complete(Done.getInstance());
      assertEquals(8L << 20, await(count));
      assertArrayEquals(sent.digest(), received.digest());
      assertEquals(Set.of(true), onNio);
      client.close();
    }
  }

  private void echo(WebTransport session) {
    session
        .incomingBidirectionalStreams()
        .runForeach(
            stream ->
                stream
                    .flow()
                    .join(Flow.of(ByteString.class).map(this::seen))
                    .run(session.materializer()),
            session.materializer());
  }

  private ByteString seen(ByteString bytes) {
    onNio.add(
        ThreadExecutorMap.currentExecutor() instanceof IoEventLoop loop
            && loop.isIoType(NioIoHandler.class));
    return bytes;
  }
}
