package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.dialect.Http2Settings;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.CongestionControl;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.LoopDispatchers;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.StreamCounts;
import dev.ahti.engine.spi.Transport;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportContext;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.spi.TransportListener;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Leftovers;
import io.netty.util.LeakPresenceDetector;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;

/** One actor system with the transport in it, and what tests do with it over loopback. */
public final class TestNet implements AutoCloseable {
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Settings of all dialects, as far as the transport is concerned: any will do. */
  public static final Map<Long, Long> SETTINGS =
      new java.util.LinkedHashMap<>(Map.of(0x2b603742L, 1L));

  /** What a session over HTTP/2 begins with. */
  private static final MuxLimits MUX_LIMITS =
      new MuxLimits(new InitialLimits(1 << 22, 1000, 1000), StreamLimits.of(1 << 20));

  /** What has to be gone when the transport has ended, whatever actors still live. */
  private static final List<String> TRANSPORTS_OWN =
      List.of(
          Gauges.SOCKETS,
          Gauges.QUIC_CONNECTIONS,
          Gauges.QUIC_STREAMS,
          Gauges.TCP_CONNECTIONS,
          Gauges.HTTP2_STREAMS,
          Gauges.LOOP_TIMERS);

  static {
    SETTINGS.put(0x08L, 1L);
    SETTINGS.put(0x33L, 1L);
  }

  public final ActorTestKit kit;
  public final GaugeRegistry gauges = new GaugeRegistry();
  public final Transport transport;
  private final BlockingQueue<TransportConnection> accepted = new LinkedBlockingQueue<>();

  /** With these settings on top of the defaults. */
  public TestNet(String... overrides) {
    Config config =
        ConfigFactory.parseString(String.join("\n", overrides))
            .withFallback(
                ConfigFactory.parseString(
                    "ahti.netty.addresses.resolver = " + TestResolver.class.getName()))
            .withFallback(ConfigFactory.load("transport-test"))
            .resolve();
    kit = ActorTestKit.create("net-" + NAMES.incrementAndGet(), config);
    transport =
        new NettyTransportProvider()
            .create(
                new TransportContext(
                    kit.system(),
                    gauges,
                    new LoopDispatchers(kit.system().classicSystem(), true, 64)));
  }

  /** A side of a connection: its actor, and who is told its events. */
  public record Side(
      TransportConnection connection,
      ActorRef<TransportCommand> actor,
      TestProbe<TransportEvent> events) {

    public void tell(TransportCommand command) {
      actor.tell(command);
    }

    /** The end of the connection, whatever comes before it. */
    public TransportEvent.ConnectionClosed expectClosed() {
      return expectClosed(PATIENCE);
    }

    public TransportEvent.ConnectionClosed expectClosed(Duration patience) {
      for (; ; ) {
        TransportEvent event = events.receiveMessage(patience);
        if (event instanceof TransportEvent.ConnectionClosed closed) {
          return closed;
        }
      }
    }

    public <T extends TransportEvent> T expect(Class<T> type) {
      return events.expectMessageClass(type, PATIENCE);
    }
  }

  /** Both sides of a connection, after the SETTINGS. */
  public record Pair(Side client, Side server) {}

  public TransportListener listen() {
    return get(
        transport.bind(
            new ListenOptions(
                "test", new InetSocketAddress("127.0.0.1", 0), TestCertificate.shared(), SETTINGS),
            accepted::add));
  }

  public TransportListener listen(ServerTls tls) {
    return listen(HttpVersion.HTTP_3, tls);
  }

  /** The same over a version of HTTP. */
  public TransportListener listen(HttpVersion version, ServerTls tls) {
    return get(
        transport.bind(
            new ListenOptions(
                "test",
                new InetSocketAddress("127.0.0.1", 0),
                tls,
                Optional.empty(),
                Map.of(
                    version,
                    version == HttpVersion.HTTP_3 ? SETTINGS : Http2Settings.server(MUX_LIMITS))),
            accepted::add));
  }

  public TransportConnection dial(int port, ServerTrust trust) {
    return dial("127.0.0.1", port, ClientTls.of(trust));
  }

  public TransportConnection dial(String host, int port, ClientTls tls) {
    return dial(host, port, tls, Optional.empty());
  }

  /** The same with a congestion control of its own. */
  TransportConnection dial(
      String host, int port, ClientTls tls, Optional<CongestionControl> congestionControl) {
    return get(
        transport.dial(new DialOptions(host, port, tls, congestionControl, SETTINGS, PATIENCE)));
  }

  /** For a listener of the test's own. */
  void accepting(TransportConnection connection) {
    accepted.add(connection);
  }

  public TransportConnection accepted() {
    try {
      TransportConnection connection = accepted.poll(10, TimeUnit.SECONDS);
      if (connection == null) {
        throw new AssertionError("no connection was accepted");
      }
      return connection;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Spawns the actor of a connection on its loop. */
  public Side drive(TransportConnection connection) {
    TestProbe<TransportEvent> events = kit.createTestProbe();
    ActorRef<TransportCommand> actor =
        kit.spawn(
            connection.transport(events.ref()),
            "transport-" + NAMES.incrementAndGet(),
            DispatcherSelector.fromConfig(connection.loop().dispatcherId()));
    return new Side(connection, actor, events);
  }

  /** Two of our own sides over HTTP/3, driven, with their SETTINGS exchanged. */
  public Pair pair() {
    return pair(HttpVersion.HTTP_3);
  }

  /** The same over a version of HTTP. */
  public Pair pair(HttpVersion version) {
    return pair(
        version,
        ServerTls.of(TestCertificate.shared()),
        ClientTls.of(ServerTrust.Insecure.INSTANCE));
  }

  /** The same with more to say of TLS. */
  public Pair pair(HttpVersion version, ServerTls serverTls, ClientTls clientTls) {
    Side client = dialAlone(version, serverTls, clientTls);
    Side server = drive(accepted());
    client.expect(TransportEvent.PeerSettings.class);
    server.expect(TransportEvent.PeerSettings.class);
    return new Pair(client, server);
  }

  /** The client's side of such a connection, which the server need not let in. */
  Side dialAlone(HttpVersion version, ServerTls serverTls, ClientTls clientTls) {
    return drive(dial(version, listen(version, serverTls).localAddress().getPort(), clientTls));
  }

  /** A connection of a version of HTTP. */
  public TransportConnection dial(HttpVersion version, int port, ClientTls tls) {
    return get(
        transport.dial(
            new DialOptions(
                "127.0.0.1",
                port,
                tls,
                Optional.empty(),
                version,
                version == HttpVersion.HTTP_3 ? SETTINGS : Http2Settings.client(MUX_LIMITS),
                PATIENCE,
                StreamCounts.UNKNOWN)));
  }

  public static <T> T get(java.util.concurrent.CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("not within 10 s; the loops:" + loops(), e);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Where the event loops are: one that is stuck explains everything after it. */
  private static String loops() {
    StringBuilder all = new StringBuilder();
    Thread.getAllStackTraces()
        .forEach(
            (thread, stack) -> {
              if (thread.getName().startsWith("ahti-loop")) {
                all.append('\n').append(thread.getName()).append(' ').append(thread.getState());
                Arrays.stream(stack).limit(30).forEach(at -> all.append("\n  at ").append(at));
              }
            });
    return all.toString();
  }

  /**
   * Waits until a gauge has this value: the end of what a test did is not the end of its effects.
   */
  public void awaitGauge(String name, long value) {
    TestProbe<Object> probe = kit.createTestProbe();
    probe.awaitAssert(
        PATIENCE,
        Duration.ofMillis(5),
        () -> {
          assertEquals(value, gauges.snapshot().getOrDefault(name, 0L), name);
          return value;
        });
    probe.stop();
  }

  /** Waits until no connection is left, nor anything of one; listeners may be open. */
  public void awaitNoConnection() {
    TestProbe<Object> probe = kit.createTestProbe();
    probe.awaitAssert(
        PATIENCE,
        Duration.ofMillis(5),
        () -> {
          Map<String, Long> levels = Leftovers.raised(gauges);
          levels.remove(Gauges.SOCKETS);
          assertEquals(Map.of(), levels);
          return levels;
        });
    probe.stop();
  }

  /** Ends everything and checks that nothing is left: no level above zero, no buffer. */
  @Override
  public void close() {
    Closing.all(
        () -> get(transport.terminate()),
        () -> TRANSPORTS_OWN.forEach(name -> assertEquals(0, gauges.level(name).value(), name)),
        kit::shutdownTestKit,
        () -> assertEquals(Map.of(), Leftovers.raised(gauges)),
        LeakPresenceDetector::check);
  }
}
