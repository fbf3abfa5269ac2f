package dev.ahti.sockets;

import static org.junit.jupiter.api.Assertions.fail;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Leftovers;
import io.netty.util.LeakPresenceDetector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * An actor system whose sockets speak to those of the JDK. Closing it checks that nothing is left:
 * no gauge level above zero, no actor, no buffer.
 */
final class SocketNet implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);
  static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  final ActorSystem<Void> system;

  SocketNet(String... config) {
    system =
        ActorSystem.create(
            Behaviors.empty(),
            "sockets",
            ConfigFactory.parseString(String.join("\n", config))
                .withFallback(ConfigFactory.load()));
  }

  /** A socket of ours and the JDK's at the other end of it. */
  record Pair(TcpSocket socket, TcpSocketOpenInfo info, Socket peer) {}

  /** A socket of ours, opened to one of the JDK's. */
  Pair pair(TcpSocketOptions options) throws Exception {
    try (ServerSocket server = listen()) {
      TcpSocket socket =
          TcpSocket.open(system, LOOPBACK.getHostAddress(), server.getLocalPort(), options);
      Socket peer = server.accept();
      return new Pair(socket, await(socket.opened()), peer);
    }
  }

  Pair pair() throws Exception {
    return pair(TcpSocketOptions.create());
  }

  static ServerSocket listen() throws IOException {
    ServerSocket server = new ServerSocket(0, 50, LOOPBACK);
    server.setSoTimeout((int) PATIENCE.toMillis());
    return server;
  }

  /** Ends a connection with a reset. */
  static void reset(Socket peer) throws IOException {
    peer.setSoLinger(true, 0);
    peer.close();
  }

  long gauge(String name) {
    return Ahti.get(system).gauges().snapshot().getOrDefault(name, 0L);
  }

  void awaitGauge(String name, long value) {
    eventually(() -> name + " is " + value + ", not " + gauge(name), () -> gauge(name) == value);
  }

  static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What a stage fails with. */
  static Throwable failure(CompletionStage<?> stage) throws InterruptedException, TimeoutException {
    try {
      Object value = stage.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return fail("completed with " + value);
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  static void eventually(Supplier<String> what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        fail("not in time: " + what.get());
      }
      java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  @Override
  public void close() {
    Ahti ahti = Ahti.get(system);
    Closing.all(
        () -> Leftovers.awaitNone(system, PATIENCE),
        system::terminate,
        () -> await(ahti.terminated()),
        LeakPresenceDetector::check);
  }
}
