package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.DialException;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.spi.TransportListener;
import dev.ahti.engine.spi.TransportProvider;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listening, dialing and what can go wrong with it. */
class TransportIT {
  private static final ServerTrust RIGHT_HASH =
      new ServerTrust.CertificateHashes(List.of(TestCertificate.hash(TestCertificate.shared())));

  private static final Credentials ELSEWHERE =
      TestCertificate.make("P-256", Duration.ofHours(-1), Duration.ofDays(10), "example.org");

  @Test
  void isFoundByName() {
    assertTrue(
        ServiceLoader.load(TransportProvider.class).stream()
            .anyMatch(provider -> provider.get().name().equals("netty")));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void portInUseFailsWithTheAddress(int loops) throws Exception {
    try (TestNet net = new TestNet("ahti.netty.event-loops = " + loops);
        DatagramSocket other = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
      assertInUse(net, other.getLocalPort());
      // Neither does a second listener of our own share a port, although its sockets could.
      assertInUse(net, net.listen().localAddress().getPort());
    }
  }

  private static void assertInUse(TestNet net, int port) {
    ExecutionException failure =
        assertThrows(
            ExecutionException.class,
            () ->
                net.transport
                    .bind(
                        new ListenOptions(
                            "second",
                            new InetSocketAddress("127.0.0.1", port),
                            TestCertificate.shared(),
                            TestNet.SETTINGS),
                        connection -> {})
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS));
    assertTrue(
        failure.getCause().getMessage().contains("127.0.0.1:" + port),
        failure.getCause().getMessage());
  }

  @Test
  void spreadsConnectionsOverLoopsAndEachKeepsWorking() {
    try (TestNet net = new TestNet("ahti.netty.event-loops = 3")) {
      TransportListener listener = net.listen();
      for (int i = 0; i < 12; i++) {
        TestNet.Side client =
            net.drive(net.dial(listener.localAddress().getPort(), ServerTrust.Insecure.INSTANCE));
        TestNet.Side server = net.drive(net.accepted());
        client.expect(TransportEvent.PeerSettings.class);
        server.expect(TransportEvent.PeerSettings.class);
      }
    }
  }

  @Test
  void rightHashIsTrusted() {
    assertNotNull(dial("127.0.0.1", TestCertificate.shared(), RIGHT_HASH));
  }

  @Test
  void hashNeedsNoHostName() {
    ServerTrust hash = new ServerTrust.CertificateHashes(List.of(TestCertificate.hash(ELSEWHERE)));
    assertNotNull(dial("127.0.0.1", ELSEWHERE, hash));
  }

  @Test
  void knownAuthorityIsTrustedForItsNamesOnly() {
    ServerTrust authority = new ServerTrust.Authorities(TestCertificate.shared().chain());
    assertNotNull(dial("localhost", TestCertificate.shared(), authority));
    assertNotNull(dial("127.0.0.1", TestCertificate.shared(), authority));
    ServerTrust another = new ServerTrust.Authorities(ELSEWHERE.chain());
    assertThrows(DialException.class, () -> dial("127.0.0.1", ELSEWHERE, another));
    assertThrows(DialException.class, () -> dial("localhost", ELSEWHERE, another));
  }

  @Test
  void selfSignedCertificateIsNotInTheSystemStore() {
    DialException failure =
        assertThrows(
            DialException.class,
            () -> dial("127.0.0.1", TestCertificate.shared(), ServerTrust.SystemStore.INSTANCE));
    assertTrue(failure.getMessage().contains("127.0.0.1:"), failure.getMessage());
  }

  @Test
  void wrongHashIsRefused() {
    ServerTrust wrong =
        new ServerTrust.CertificateHashes(List.of(ByteString.fromArray(new byte[32])));
    assertThrows(DialException.class, () -> dial("127.0.0.1", TestCertificate.shared(), wrong));
  }

  @Test
  void unansweredDialFailsInItsTime() throws Exception {
    try (TestNet net = new TestNet();
        DatagramSocket silent = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
      DialOptions options =
          new DialOptions(
              "127.0.0.1",
              silent.getLocalPort(),
              ServerTrust.Insecure.INSTANCE,
              TestNet.SETTINGS,
              Duration.ofMillis(300));
      assertThrows(DialException.class, () -> TestNet.get(net.transport.dial(options)));
    }
  }

  @Test
  void dialOfAServerThatAllowsNoControlStreamFails() {
    try (TestNet net = new TestNet();
        RawPeer raw = RawPeer.listen(RawOptions.DEFAULTS.withStreams(100, 0))) {
      DialOptions options =
          new DialOptions(
              "127.0.0.1",
              raw.port(),
              ServerTrust.Insecure.INSTANCE,
              TestNet.SETTINGS,
              Duration.ofMinutes(5));
      assertThrows(DialException.class, () -> TestNet.get(net.transport.dial(options)));
    }
  }

  @Test
  void terminationClosesConnectionsAsHttp3Does() {
    try (TestNet net = new TestNet();
        RawPeer raw = RawPeer.connect(net.listen().localAddress().getPort())) {
      net.accepted();
      TestNet.get(net.transport.terminate());
      assertEquals("0x100", raw.closeCode());
    }
  }

  @Test
  void unknownHostFails() {
    try (TestNet net = new TestNet()) {
      DialOptions options =
          new DialOptions(
              "no-such-host.invalid",
              1,
              ServerTrust.Insecure.INSTANCE,
              TestNet.SETTINGS,
              Duration.ofSeconds(10));
      assertThrows(DialException.class, () -> TestNet.get(net.transport.dial(options)));
    }
  }

  @Test
  void silentPeerIsNoticedByTheIdleTimeOut() {
    try (TestNet net = new TestNet("ahti.netty.idle-timeout = 500 ms")) {
      TestNet.Side server;
      try (RawPeer raw = RawPeer.connect(net.listen().localAddress().getPort())) {
        server = net.drive(net.accepted());
        raw.unidirectional(RawHttp.CONTROL);
        server.expect(TransportEvent.PeerSettings.class);
        // Where packets wait for the processor, three probe time-outs are longer than the 500 ms.
        assertEquals("idle time-out", server.expectClosed(Duration.ofMinutes(1)).reason());
      }
      server.events().expectTerminated(server.actor());
    }
  }

  @Test
  void discardedConnectionIsClosedWithItsCode() {
    try (TestNet net = new TestNet();
        RawPeer raw = RawPeer.connect(net.listen().localAddress().getPort())) {
      net.accepted().discard(0x107, "too many");
      assertEquals("0x107", raw.closeCode());
    }
  }

  private static TransportConnection dial(String host, Credentials shown, ServerTrust trust) {
    try (TestNet net = new TestNet()) {
      TransportListener listener =
          TestNet.get(
              net.transport.bind(
                  new ListenOptions(
                      "tls", new InetSocketAddress("127.0.0.1", 0), shown, TestNet.SETTINGS),
                  connection -> {}));
      return TestNet.get(
          net.transport.dial(
              new DialOptions(
                  host,
                  listener.localAddress().getPort(),
                  trust,
                  TestNet.SETTINGS,
                  Duration.ofSeconds(10))));
    }
  }
}
