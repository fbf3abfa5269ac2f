package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.ClientAuthentication;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.DialException;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.StreamCounts;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.spi.TransportListener;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawFields;
import dev.ahti.wtspec.RawTcpOptions;
import dev.ahti.wtspec.RawTcpPeer;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 over TLS: connections, requests and their bodies, between two ends of ours. */
class TcpTransportIT {
  private static final Map<Long, Long> OWN = Map.of(0x2b61L, 1_000_000L);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Fields POST =
      Fields.empty()
          .with(":method", "POST")
          .with(":scheme", "https")
          .with(":authority", "127.0.0.1")
          .with(":path", "/");

  private static TransportListener listen(TestNet net, ServerTls tls, HttpVersion... versions) {
    return TestNet.get(
        net.transport.bind(
            new ListenOptions(
                "tcp",
                new InetSocketAddress("127.0.0.1", 0),
                tls,
                Optional.empty(),
                settings(versions)),
            net::accepting));
  }

  private static Map<HttpVersion, Map<Long, Long>> settings(HttpVersion... versions) {
    Map<HttpVersion, Map<Long, Long>> settings = new java.util.EnumMap<>(HttpVersion.class);
    for (HttpVersion version : versions) {
      settings.put(version, version == HttpVersion.HTTP_2 ? OWN : TestNet.SETTINGS);
    }
    return settings;
  }

  private static DialOptions options(String host, int port, ClientTls tls, Duration timeout) {
    return new DialOptions(
        host, port, tls, Optional.empty(), HttpVersion.HTTP_2, OWN, timeout, StreamCounts.UNKNOWN);
  }

  private static TransportConnection dial(TestNet net, String host, int port, ClientTls tls) {
    return TestNet.get(net.transport.dial(options(host, port, tls, PATIENCE)));
  }

  private static TestNet.Pair pair(TestNet net) {
    int port =
        listen(net, ServerTls.of(TestCertificate.shared()), HttpVersion.HTTP_2)
            .localAddress()
            .getPort();
    TransportConnection client =
        dial(net, "127.0.0.1", port, ClientTls.of(ServerTrust.Insecure.INSTANCE));
    TestNet.Side dialed = net.drive(client);
    TestNet.Side accepted = net.drive(net.accepted());
    return new TestNet.Pair(dialed, accepted);
  }

  /** A request that the server has got, and both its bodies. */
  private record Exchange(long id, StreamPort client, StreamPort server) {}

  private static Exchange exchange(TestNet net, TestNet.Pair pair) {
    TestProbe<TransportCommand.RequestStarted> started = net.kit.createTestProbe();
    pair.client().tell(new TransportCommand.Request(POST, started.ref()));
    var open =
        (TransportCommand.RequestStarted.Started) started.receiveMessage(Duration.ofSeconds(10));
    var request = next(pair.server(), TransportEvent.RequestReceived.class);
    assertEquals("/", request.fields().get(":path").orElseThrow());
    assertEquals(open.id(), request.id());
    return new Exchange(open.id(), open.body(), request.body());
  }

  private static <T extends TransportEvent> T next(TestNet.Side side, Class<T> type) {
    for (; ; ) {
      TransportEvent event = side.events().receiveMessage(PATIENCE);
      if (type.isInstance(event)) {
        return type.cast(event);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void requestAndAnswerCarryBodiesWithEitherTls(boolean nativeTls) {
    try (TestNet net = new TestNet("ahti.netty.http2.native-tls = " + nativeTls)) {
      TestNet.Pair pair = pair(net);
      Exchange exchange = exchange(net, pair);
      exchange.client().offer(ByteString.fromString("question"));
      exchange.client().finish();
      PortProbe server = new PortProbe(exchange.server());
      assertEquals("question", server.all().utf8String());
      pair.server()
          .tell(
              new TransportCommand.Respond(
                  exchange.id(),
                  Fields.empty().with(":status", "200"),
                  ByteString.fromString("answer"),
                  true));
      var response = next(pair.client(), TransportEvent.ResponseReceived.class);
      assertEquals("200", response.fields().get(":status").orElseThrow());
      assertEquals("answer", new PortProbe(exchange.client()).all().utf8String());
    }
  }

  @Test
  void settingsOfBothSidesArrive() {
    try (TestNet net = new TestNet()) {
      TestNet.Pair pair = pair(net);
      for (TestNet.Side side : List.of(pair.client(), pair.server())) {
        Map<Long, Long> settings = next(side, TransportEvent.PeerSettings.class).settings();
        assertEquals(1_000_000L, settings.get(0x2b61L));
      }
      assertFalse(pair.client().connection().facts().supportsUnreliable());
    }
  }

  @Test
  void bothVersionsShareAPort() {
    try (TestNet net = new TestNet()) {
      int port =
          listen(
                  net,
                  ServerTls.of(TestCertificate.shared()),
                  HttpVersion.HTTP_2,
                  HttpVersion.HTTP_3)
              .localAddress()
              .getPort();
      ClientTls tls = ClientTls.of(ServerTrust.Insecure.INSTANCE);
      assertFalse(dial(net, "127.0.0.1", port, tls).facts().supportsUnreliable());
      assertTrue(net.dial("127.0.0.1", port, tls).facts().supportsUnreliable());
    }
  }

  @Test
  void portInUseOnTcpFailsWithTheAddressAndFreesUdp() throws Exception {
    try (TestNet net = new TestNet();
        ServerSocket other = new ServerSocket()) {
      other.bind(new InetSocketAddress("127.0.0.1", 0));
      for (int i = 0; i < 2; i++) {
        ExecutionException failure =
            assertThrows(
                ExecutionException.class,
                () ->
                    net.transport
                        .bind(
                            new ListenOptions(
                                "taken",
                                new InetSocketAddress("127.0.0.1", other.getLocalPort()),
                                ServerTls.of(TestCertificate.shared()),
                                Optional.empty(),
                                settings(HttpVersion.HTTP_2, HttpVersion.HTTP_3)),
                            connection -> {})
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS));
        String message = failure.getCause().getMessage();
        assertTrue(
            message.startsWith("cannot listen on TCP 127.0.0.1:" + other.getLocalPort() + ": "),
            message);
      }
    }
  }

  @Test
  void certificateIsJudgedAsOverQuic() {
    try (TestNet net = new TestNet()) {
      int port =
          listen(net, ServerTls.of(TestCertificate.shared()), HttpVersion.HTTP_2)
              .localAddress()
              .getPort();
      ByteString right = TestCertificate.hash(TestCertificate.shared());
      assertNotNull(
          dial(
              net, "127.0.0.1", port, trusting(new ServerTrust.CertificateHashes(List.of(right)))));
      assertNotNull(
          dial(
              net,
              "localhost",
              port,
              trusting(new ServerTrust.Authorities(TestCertificate.shared().chain()))));
      for (ServerTrust wrong :
          List.of(
              new ServerTrust.CertificateHashes(List.of(ByteString.fromArray(new byte[32]))),
              ServerTrust.SystemStore.INSTANCE)) {
        DialException refused =
            assertThrows(DialException.class, () -> dial(net, "127.0.0.1", port, trusting(wrong)));
        assertTrue(
            refused.getMessage().contains("the server's certificate was refused: "),
            refused.getMessage());
      }
      // Its names are localhost and 127.0.0.1.
      assertThrows(
          DialException.class,
          () ->
              dial(
                  net,
                  "www.example.org",
                  port,
                  trusting(new ServerTrust.Authorities(TestCertificate.shared().chain()))));
    }
  }

  private static ClientTls trusting(ServerTrust trust) {
    return ClientTls.of(trust);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void certificateIsChosenByNameAndReplacedWhileListening(boolean nativeTls) {
    TestAuthority authority = new TestAuthority("names");
    Credentials first = authority.issue("first", "www.example.org");
    Credentials second = authority.issue("second", "www.example.org");
    ClientTls tls = trusting(new ServerTrust.Authorities(List.of(authority.certificate())));
    try (TestNet net = new TestNet("ahti.netty.http2.native-tls = " + nativeTls)) {
      TransportListener listener =
          listen(
              net,
              new ServerTls(
                  new ServerCredentials(TestCertificate.shared(), Map.of("www.example.org", first)),
                  ClientAuthentication.NONE,
                  false),
              HttpVersion.HTTP_2);
      int port = listener.localAddress().getPort();
      assertEquals("CN=first", shown(dial(net, "www.example.org", port, tls)));
      listener.replaceCredentials(
          new ServerCredentials(TestCertificate.shared(), Map.of("www.example.org", second)));
      assertEquals("CN=second", shown(dial(net, "www.example.org", port, tls)));
    }
  }

  private static String shown(TransportConnection connection) {
    return connection.facts().peerCertificates().get(0).getSubjectX500Principal().getName();
  }

  @Test
  void clientShowsItsCertificateWhereTheServerAsks() {
    TestAuthority authority = new TestAuthority("clients");
    Credentials own = authority.issue("client", "client.example.org");
    try (TestNet net = new TestNet()) {
      int port =
          listen(
                  net,
                  new ServerTls(
                      ServerCredentials.of(TestCertificate.shared()),
                      new ClientAuthentication(
                          ClientAuthentication.Mode.REQUIRED, List.of(authority.certificate())),
                      false),
                  HttpVersion.HTTP_2)
              .localAddress()
              .getPort();
      net.drive(
          dial(
              net,
              "127.0.0.1",
              port,
              new ClientTls(ServerTrust.Insecure.INSTANCE, Optional.of(own), false)));
      assertEquals("CN=client", shown(net.accepted()));
    }
  }

  @Test
  void unreadBodyStopsItsSender() throws Exception {
    try (TestNet net = new TestNet("ahti.netty.http2.stream-window = 64 KiB")) {
      Exchange exchange = exchange(net, pair(net));
      CountDownLatch woken = new CountDownLatch(1);
      ByteString chunk = ByteString.fromArray(new byte[32 * 1024]);
      exchange.client().onWritable(woken::countDown);
      int offered = 0;
      while (exchange.client().offer(chunk)) {
        offered++;
        assertTrue(offered < 10_000, "nothing stopped the sender");
      }
      assertEquals(0, exchange.server().stats().bytesReceived());
      long total = exchange.client().stats().bytesWritten();
      exchange.client().finish();
      assertEquals(total, new PortProbe(exchange.server()).all().length());
      assertTrue(woken.await(10, TimeUnit.SECONDS));
      PortProbe.await(() -> exchange.client().ended() == WriteEnd.Finished.INSTANCE);
    }
  }

  @Test
  void resetEndsBothHalvesAtThePeer() {
    try (TestNet net = new TestNet()) {
      Exchange exchange = exchange(net, pair(net));
      exchange.server().request(1);
      exchange.client().reset(Http3ErrorCode.H3_REQUEST_CANCELLED);
      PortProbe.await(() -> exchange.server().ended() != null);
      // CANCEL, which is what the code of HTTP/3 says.
      assertEquals(new WriteEnd.Stopped(OptionalLong.of(8)), exchange.server().ended());
      assertEquals(new Inbound.Reset(8), exchange.server().poll());
      // The frame may be there before who has written it says so.
      PortProbe.await(() -> exchange.client().ended() != null);
      assertEquals(
          new WriteEnd.Reset(Http3ErrorCode.H3_REQUEST_CANCELLED), exchange.client().ended());
    }
  }

  @Test
  void closingTellsCodeAndReason() {
    try (TestNet net = new TestNet()) {
      TestNet.Pair pair = pair(net);
      Exchange exchange = exchange(net, pair);
      pair.server()
          .tell(new TransportCommand.CloseConnection(Http3ErrorCode.H3_EXCESSIVE_LOAD, "too much"));
      assertEquals(
          new TransportEvent.ConnectionClosed(0xb, "too much", true), pair.client().expectClosed());
      assertEquals(
          new TransportEvent.ConnectionClosed(0xb, "too much", false),
          pair.server().expectClosed());
      PortProbe.await(() -> exchange.client().ended() != null);
      assertEquals(
          new WriteEnd.Lost("connection closed by the peer with 0xb: too much"),
          exchange.client().ended());
    }
  }

  @Test
  void goAwayNamesTheLastRequest() {
    try (TestNet net = new TestNet()) {
      TestNet.Pair pair = pair(net);
      Exchange exchange = exchange(net, pair);
      pair.server().tell(TransportCommand.GoAway.INSTANCE);
      assertEquals(exchange.id() + 1, next(pair.client(), TransportEvent.PeerGoAway.class).id());
    }
  }

  @Test
  void silentClientIsGivenUp() throws Exception {
    try (TestNet net = new TestNet("ahti.netty.handshake-timeout = 200 ms")) {
      int port =
          listen(net, ServerTls.of(TestCertificate.shared()), HttpVersion.HTTP_2)
              .localAddress()
              .getPort();
      try (Socket silent = new Socket("127.0.0.1", port)) {
        silent.setSoTimeout(10_000);
        assertEquals(-1, silent.getInputStream().read());
      }
    }
  }

  @Test
  void handshakesBeyondTheLimitAreClosedAtOnce() throws Exception {
    try (TestNet net =
        new TestNet("ahti.netty.max-handshakes = 1", "ahti.netty.handshake-timeout = 1 minute")) {
      int port =
          listen(net, ServerTls.of(TestCertificate.shared()), HttpVersion.HTTP_2)
              .localAddress()
              .getPort();
      try (Socket first = new Socket("127.0.0.1", port)) {
        PortProbe.await(() -> net.gauges.level("handshakes").value() == 1);
        try (Socket second = new Socket("127.0.0.1", port)) {
          second.setSoTimeout(10_000);
          assertEquals(-1, second.getInputStream().read());
        }
        assertTrue(first.isConnected());
      }
    }
  }

  @Test
  void nobodyListeningAndNoAnswerFailWithTheAddress() throws Exception {
    try (TestNet net = new TestNet();
        ServerSocket silent = new ServerSocket()) {
      silent.bind(new InetSocketAddress("127.0.0.1", 0));
      ClientTls tls = trusting(ServerTrust.Insecure.INSTANCE);
      DialException unanswered =
          assertThrows(
              DialException.class,
              () ->
                  TestNet.get(
                      net.transport.dial(
                          options(
                              "127.0.0.1", silent.getLocalPort(), tls, Duration.ofMillis(300)))));
      assertTrue(
          unanswered.getMessage().startsWith("cannot connect to 127.0.0.1:"),
          unanswered.getMessage());
      int free = silent.getLocalPort();
      silent.close();
      assertThrows(DialException.class, () -> dial(net, "127.0.0.1", free, tls));
      assertThrows(DialException.class, () -> dial(net, "no-such-host.invalid", 1, tls));
    }
  }

  @Test
  void quietConnectionMeetsTheIdleTimeOut() {
    try (TestNet net =
        new TestNet(
            "ahti.netty.idle-timeout = 300 ms", "ahti.netty.keep-alive-interval = 100 ms")) {
      TestNet.Pair pair = pair(net);
      assertEquals("idle time-out", pair.server().expectClosed().reason());
    }
  }

  @Test
  void openRequestKeepsItsConnectionAlive() {
    try (TestNet net =
        new TestNet("ahti.netty.idle-timeout = 1 s", "ahti.netty.keep-alive-interval = 50 ms")) {
      Exchange exchange = exchange(net, pair(net));
      long begin = System.nanoTime();
      PortProbe.await(() -> System.nanoTime() - begin > Duration.ofSeconds(3).toNanos());
      assertEquals(null, exchange.server().ended());
      assertEquals(null, exchange.client().ended());
      assertTrue(net.gauges.counter("connections.keep-alives").value() > 10);
    }
  }

  @Test
  void peerThatReadsNothingCannotKeepAConnectionFromClosing() {
    try (TestNet net = new TestNet()) {
      int port =
          listen(net, ServerTls.of(TestCertificate.shared()), HttpVersion.HTTP_2)
              .localAddress()
              .getPort();
      RawTcpOptions options = RawTcpOptions.DEFAULTS.withSetting(0x4, Integer.MAX_VALUE);
      try (RawTcpPeer raw = RawTcpPeer.connect(port, options)) {
        TestNet.Side server = net.drive(net.accepted());
        raw.settings();
        raw.grant(0, 1 << 30);
        raw.stopReading();
        raw.request(
            RawFields.of(":method", "GET", ":scheme", "https", ":authority", "x", ":path", "/"));
        StreamPort body = next(server, TransportEvent.RequestReceived.class).body();
        server.tell(
            new TransportCommand.Respond(
                1, Fields.empty().with(":status", "200"), ByteString.emptyByteString(), false));
        ByteString chunk = ByteString.fromArray(new byte[1024 * 1024]);
        for (int i = 0; i < 32; i++) {
          body.offer(chunk);
        }
        long before = -1;
        while (body.stats().bytesSent() != before) {
          before = body.stats().bytesSent();
          long sent = before;
          PortProbe.holdsWithin(Duration.ofMillis(500), () -> body.stats().bytesSent() != sent);
        }
        assertTrue(body.queued() > 0, "the peer's socket took everything");
        server.tell(new TransportCommand.CloseConnection(Http3ErrorCode.H3_NO_ERROR, "enough"));
        assertEquals("enough", server.expectClosed().reason());
      }
    }
  }
}
