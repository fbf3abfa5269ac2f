package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.actor.Ahti;
import dev.ahti.engine.actor.ListenRequest;
import dev.ahti.engine.actor.ListenerHandle;
import dev.ahti.engine.actor.Routing;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.actor.SessionRequest;
import dev.ahti.engine.actor.SessionRouter;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.dialect.OriginPolicy;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.stage.IncomingStreams;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Leftovers;
import dev.ahti.engine.testkit.LiveActors;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import io.netty.util.LeakPresenceDetector;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;

/** The whole engine over the Netty transport, for a peer that knows nothing but QUIC. */
final class EngineNet implements AutoCloseable {
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The one page whose requests are allowed. */
  static final String ORIGIN = "https://example.org";

  final ActorTestKit kit;
  final Ahti ahti;
  private final List<ListenerHandle> listeners = new ArrayList<>();
  private final BlockingQueue<SessionHandle> accepted = new LinkedBlockingQueue<>();

  /** With these settings on top of the defaults. */
  EngineNet(String... overrides) {
    kit =
        ActorTestKit.create(
            "engine-" + NAMES.incrementAndGet(),
            ConfigFactory.parseString(String.join("\n", overrides))
                .withFallback(ConfigFactory.load("transport-test"))
                .resolve());
    ahti = Ahti.get(kit.system());
  }

  /**
   * Listens on a free port. "/echo" opens a session, "/first" and "/last" one with the first or
   * last protocol that the client offers, "/wrong" wants another, "/headers" answers with fields of
   * its own, "/own" and "/large" with what is not allowed, "/greet" says "hi" on a stream, "/throw"
   * has a handler that throws, a plain GET gets a page; everything else is refused as the dialect
   * says.
   */
  ListenerHandle listen(DialectPolicy dialects) {
    return listen(dialects, ServerTls.of(TestCertificate.shared()));
  }

  /** The same with more to say of TLS. */
  ListenerHandle listen(DialectPolicy dialects, ServerTls tls) {
    return listen(dialects, tls, Set.of(HttpVersion.HTTP_3));
  }

  /** The same over these versions of HTTP. */
  ListenerHandle listen(DialectPolicy dialects, ServerTls tls, Set<HttpVersion> versions) {
    return listen("127.0.0.1", dialects, tls, versions);
  }

  /** The same at another address of this machine. */
  ListenerHandle listen(
      String host, DialectPolicy dialects, ServerTls tls, Set<HttpVersion> versions) {
    ListenerHandle listener =
        TestNet.get(
            ahti.listen(
                new ListenRequest(
                    listeners.isEmpty() ? "wire" : "wire-" + (listeners.size() + 1),
                    new InetSocketAddress(host, 0),
                    tls,
                    versions,
                    Optional.empty(),
                    dialects,
                    OriginPolicy.of(List.of(ORIGIN)),
                    new Router())));
    listeners.add(listener);
    return listener;
  }

  private final class Router implements SessionRouter {
    @Override
    public Routing route(SessionRequest request) {
      return switch (request.path()) {
        case "/echo" -> new Routing.Accept(accepted::add, Fields.empty());
        case "/first" -> speaking(request.protocols().stream().findFirst());
        case "/last" -> speaking(request.protocols().stream().reduce((before, last) -> last));
        case "/wrong" -> speaking(Optional.of("wrong"));
        case "/headers" ->
            new Routing.Accept(
                accepted::add, Fields.empty().with("x-one", "1").with("server", "ahti"));
        case "/own" ->
            new Routing.Accept(accepted::add, Fields.empty().with("wt-protocol", "\"x\""));
        case "/large" ->
            new Routing.Accept(accepted::add, Fields.empty().with("x", "y".repeat(13_000)));
        case "/greet" -> new Routing.Accept(this::greet, Fields.empty());
        case "/throw" -> new Routing.Accept(Router::fail, Fields.empty());
        default -> new Routing.Refuse(request.dialect().missingResourceStatus());
      };
    }

    private Routing speaking(Optional<String> protocol) {
      return new Routing.Accept(accepted::add, protocol, Fields.empty());
    }

    @Override
    public Routing plain(Fields request) {
      return new Routing.Answer(200, Fields.empty(), ByteString.fromString("hello"));
    }

    private void greet(SessionHandle session) {
      accepted.add(session);
      session
          .openStream(StreamKind.UNIDIRECTIONAL)
          .thenAccept(stream -> stream.port().offer(ByteString.fromString("hi")));
    }

    private static void fail(SessionHandle session) {
      throw new IllegalStateException("this handler always fails");
    }
  }

  /** The next session that "/echo" opened. */
  SessionHandle session() {
    return next(accepted, "a session");
  }

  /** The next stream of the peer. */
  static StreamHandle take(IncomingStreams streams) {
    BlockingQueue<Boolean> wakes = new LinkedBlockingQueue<>();
    streams.onAvailable(() -> wakes.add(true));
    StreamHandle stream;
    while ((stream = streams.poll()) == null) {
      assertEquals(null, streams.end(), "the session has ended");
      next(wakes, "a stream");
    }
    return stream;
  }

  static <T> T next(BlockingQueue<T> queue, String what) {
    try {
      T next = queue.poll(10, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("waited in vain for " + what);
      }
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The value of a gauge now. */
  long gauge(String name) {
    return ahti.gauges().snapshot().getOrDefault(name, 0L);
  }

  /** Waits until a gauge has this value. */
  void awaitGauge(String name, long value) {
    await(value, () -> gauge(name), name);
  }

  /** Waits until something has this value. */
  <T> void await(T expected, Supplier<T> actual, String what) {
    TestProbe<Object> probe = kit.createTestProbe();
    probe.awaitAssert(
        PATIENCE,
        Duration.ofMillis(5),
        () -> {
          assertEquals(expected, actual.get(), what);
          return expected;
        });
    probe.stop();
  }

  /** Waits until no connection is left: no actor of one, and no level but of the listeners. */
  void awaitNoConnection() {
    await(
        List.of(), () -> LiveActors.matching(kit.system(), ".*/connection-[0-9]+.*"), "the actors");
    await(
        Map.of(),
        () -> {
          Map<String, Long> levels = Leftovers.raised(ahti.gauges());
          levels.remove(Gauges.SOCKETS);
          levels.remove(Gauges.RETRY_REMEMBERED);
          return levels;
        },
        "the levels");
  }

  /**
   * Ends everything. Nothing of the connections may be left before the listeners stop, no channel,
   * timer or actor after that, and no buffer in the end.
   */
  @Override
  public void close() {
    Closing.all(this::stop, LeakPresenceDetector::check);
  }

  /** All of that but for the buffers, where others that have some are still open. */
  void stop() {
    Closing.all(
        this::awaitNoConnection,
        () -> listeners.forEach(listener -> TestNet.get(listener.stop())),
        () -> Leftovers.awaitNone(kit.system(), PATIENCE),
        kit::shutdownTestKit,
        () -> TestNet.get(ahti.terminated()));
  }
}
