package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.LoopDispatchers;
import dev.ahti.engine.spi.Transport;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportContext;
import dev.ahti.wtspec.RawInitial;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawRetry;
import dev.ahti.wtspec.RawUdp;
import io.netty.util.LeakPresenceDetector;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Two nodes behind one address: a client may answer the Retry of one at the other. */
@DisplayName("Q3: the token of one node at another")
class SharedSecretIT {
  private static final String OURS = "0123456789abcdef0123456789abcdef";
  private static final String ANOTHER = "fedcba9876543210fedcba9876543210";
  private static final int VERSION_1 = 1;

  @AfterEach
  void leavesNothing() {
    LeakPresenceDetector.check();
  }

  /** A node of its own: actor system, transport, and a listener that always sends a Retry. */
  private static final class Node implements AutoCloseable {
    final GaugeRegistry gauges = new GaugeRegistry();
    final BlockingQueue<TransportConnection> accepted = new LinkedBlockingQueue<>();
    final int port;
    private final ActorTestKit kit;
    private final Transport transport;

    Node(String name, String secret) {
      kit =
          ActorTestKit.create(
              name,
              ConfigFactory.parseString(
                      "ahti.netty { event-loops = 1, handshake-timeout = 1 s, secret = "
                          + secret
                          + ", address-validation.mode = always }")
                  .withFallback(ConfigFactory.load("transport-test"))
                  .resolve());
      transport =
          new NettyTransportProvider()
              .create(
                  new TransportContext(
                      kit.system(),
                      gauges,
                      new LoopDispatchers(kit.system().classicSystem(), true, 64)));
      port =
          TestNet.get(
                  transport.bind(
                      new ListenOptions(
                          name,
                          new InetSocketAddress("127.0.0.1", 0),
                          TestCertificate.shared(),
                          TestNet.SETTINGS),
                      accepted::add))
              .localAddress()
              .getPort();
    }

    long counter(String name) {
      return gauges.counter(name).value();
    }

    void await(long value, String counter) {
      kit.createTestProbe()
          .awaitAssert(
              Duration.ofSeconds(10),
              Duration.ofMillis(5),
              () -> {
                assertEquals(value, counter(counter), counter);
                return true;
              });
    }

    @Override
    public void close() {
      TestNet.get(transport.terminate());
      kit.shutdownTestKit();
    }
  }

  @Test
  void aClientThatHasARetryOfOneNodeConnectsToTheOther() throws IOException {
    try (Node one = new Node("one", OURS);
        Node other = new Node("other", OURS);
        Relay relay = new Relay(one.port)) {
      relay.open();
      relay.afterAnswer(other.port);
      try (RawPeer client = RawPeer.connect(relay.port())) {
        assertTrue(client.connection().isActive());
        EngineNet.next(other.accepted, "a connection");
      }
      assertEquals(1, one.counter(Gauges.RETRY_SENT));
      assertEquals(0, one.accepted.size());
      assertEquals(0, other.counter(Gauges.RETRY_SENT));
      assertEquals(0, other.counter(Gauges.RETRY_REFUSED));
    }
  }

  @Test
  void aTokenIsGoodWhereTheSecretIsTheSameAndNowhereElse() {
    Random random = new Random(1);
    try (Node one = new Node("one", OURS);
        Node other = new Node("other", OURS);
        Node stranger = new Node("stranger", ANOTHER);
        RawUdp socket = RawUdp.to(one.port)) {
      socket.send(RawInitial.real(1).get(0));
      RawRetry retry = RawRetry.of(socket.receive());
      byte[] answer =
          RawInitial.noise(VERSION_1, retry.id(), retry.token(), RawInitial.LEAST, random);
      socket.turn(stranger.port).send(answer);
      // Its Retry comes behind what becomes of the answer.
      socket.send(RawInitial.real(1).get(0));
      RawRetry its = RawRetry.of(socket.receive());
      assertEquals(1, stranger.counter(Gauges.RETRY_REFUSED));
      assertEquals(0, stranger.gauges.level(Gauges.HANDSHAKES).value());
      socket.turn(other.port).send(answer);
      // A handshake was begun there, which the rest of the packet does not carry on.
      other.await(1, Gauges.HANDSHAKES_FAILED);
      assertEquals(0, other.counter(Gauges.RETRY_REFUSED));
      // From another port it is worth nothing, at whichever node.
      try (RawUdp thief = RawUdp.to(one.port)) {
        thief.send(RawInitial.noise(VERSION_1, its.id(), its.token(), RawInitial.LEAST, random));
        thief.send(answer);
        thief.send(RawInitial.real(1).get(0)).receive();
      }
      assertEquals(2, one.counter(Gauges.RETRY_REFUSED));
      assertEquals(0, one.gauges.level(Gauges.HANDSHAKES).value());
    }
  }
}
