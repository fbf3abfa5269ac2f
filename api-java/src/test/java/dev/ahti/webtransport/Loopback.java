package dev.ahti.webtransport;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Leftovers;
import dev.ahti.webtransport.server.SessionHandler;
import dev.ahti.webtransport.server.WebTransportServer;
import dev.ahti.webtransport.server.WebTransportServerBinding;
import io.netty.util.LeakPresenceDetector;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.LoggerFactory;

/**
 * A server and clients in one actor system over real UDP or TCP, see {@link OverBothBindings}.
 * Closing it checks that nothing is left: no gauge level above zero, so no channel and no timer; no
 * actor, neither of ours nor of a graph; and no buffer.
 */
final class Loopback implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final AtomicInteger LEFT = new AtomicInteger();

  final ActorSystem<Void> system;
  final WebTransportServerBinding binding;
  private final WebTransportHttpVersion version;
  private final Queue<WebTransport> held = new ConcurrentLinkedQueue<>();

  private Loopback(
      ActorSystem<Void> system,
      WebTransportHttpVersion version,
      WebTransportServerBinding binding) {
    this.system = system;
    this.version = version;
    this.binding = binding;
  }

  static Loopback start(Map<String, SessionHandler> routes) throws Exception {
    return start("", routes, UnaryOperator.identity());
  }

  static Loopback start(
      String config, Map<String, SessionHandler> routes, UnaryOperator<WebTransportServer> setup)
      throws Exception {
    ActorSystem<Void> system =
        ActorSystem.create(
            Behaviors.empty(),
            "loopback",
            ConfigFactory.parseString(config).withFallback(ConfigFactory.load()));
    // In memory there is no binding, and one version stands for both.
    boolean inMemory = Ahti.get(system).settings().transport().equals("memory");
    WebTransportHttpVersion version =
        inMemory ? WebTransportHttpVersion.HTTP_3 : Bindings.current();
    WebTransportServer server = WebTransportServer.create(system).withHttpVersions(version);
    for (var route : routes.entrySet()) {
      server = server.withRoute(route.getKey(), route.getValue());
    }
    Loopback loopback = new Loopback(system, version, await(setup.apply(server).bind()));
    assertTrue(loopback.tree().contains("listener-"), loopback::tree);
    return loopback;
  }

  /** Those that dial over the binding whose turn it is. */
  static WebTransportOptions options() {
    return WebTransportOptions.create().withHttpVersions(Bindings.current());
  }

  WebTransportOptions trusting() {
    return WebTransportOptions.create()
        .withHttpVersions(version)
        .withServerCertificateHashes(binding.certificateHash());
  }

  /** A session that is ready. */
  WebTransport connect(String path, WebTransportOptions options) throws Exception {
    return connectTo(binding.url() + path, options);
  }

  /** The same with a server of a test's own, or under another name. */
  WebTransport connectTo(String url, WebTransportOptions options) throws Exception {
    WebTransport session = WebTransport.connect(system, url, options);
    // A test that looks at the other end only would let it be found unreferenced.
    held.add(session);
    session.closed().whenComplete((how, failure) -> held.remove(session));
    await(session.ready());
    return session;
  }

  WebTransport connect(String path) throws Exception {
    return connect(path, trusting());
  }

  long gauge(String name) {
    return gauges().getOrDefault(name, 0L);
  }

  Map<String, Long> gauges() {
    return Ahti.get(system).gauges().snapshot();
  }

  /** Waits until a gauge has this value. */
  void awaitGauge(String name, long value) {
    eventually(name + " is " + value, () -> gauge(name) == value);
  }

  /**
   * Waits until no connection is left. To be called before a proxy between the ends is closed:
   * without it neither would hear that the other one is done, and both would wait in vain.
   */
  void awaitNoConnection() {
    eventually(
        "no connection",
        () -> gauge(Gauges.QUIC_CONNECTIONS) == 0 && gauge(Gauges.CONNECTIONS) == 0);
  }

  /** The live actors below the engine's root, as a tree of text. */
  String tree() {
    String all = ((ExtendedActorSystem) Adapter.toClassic(system)).printTree();
    return all.lines()
        .dropWhile(line -> !line.contains("⌊-> ahti ") && !line.contains("-> ahti "))
        .collect(Collectors.joining("\n"));
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

  /** Waits until a condition holds; there is no event to wait for instead. */
  static void eventually(String what, BooleanSupplier condition) {
    eventually(() -> what, condition);
  }

  /** The same; what is said of a failure is asked for when it has failed. */
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
        () -> await(binding.stop()),
        () -> Leftovers.awaitNone(system, PATIENCE),
        system::terminate,
        () -> await(ahti.terminated()),
        Loopback::noBufferIsLeft);
  }

  /**
   * What is still released within two seconds makes the detector's count negative, as it counts
   * anew with each look. Over HTTP/3 one end of some ten thousand leaves something that nobody
   * releases, and what that is was not found: the first in a JVM is said, the second one fails.
   * What one kind of end always leaves fails all the same, as it ends over and over.
   */
  private static void noBufferIsLeft() {
    try {
      LeakPresenceDetector.check();
    } catch (IllegalStateException left) {
      long deadline = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      while (!isNegative()) {
        if (System.nanoTime() > deadline) {
          if (LEFT.incrementAndGet() > 1) {
            throw left;
          }
          LoggerFactory.getLogger(Loopback.class).warn("A resource is left, the first one.", left);
          return;
        }
        java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
      }
    }
  }

  private static boolean isNegative() {
    try {
      LeakPresenceDetector.check();
      return false;
    } catch (IllegalStateException releasedAfterAll) {
      return String.valueOf(releasedAfterAll.getMessage()).contains("negative");
    }
  }
}
