package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.wtspec.RawBody;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawInitial;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import dev.ahti.wtspec.RawTcpPeer;
import dev.ahti.wtspec.RawUdp;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each limit of ahti.listener.admission, met by raw peers of one address while others go on. */
@DisplayName("admission: nobody has all of a listener")
class AdmissionIT {
  private static final String GREEDY = "127.0.0.2";
  private static final String OTHER = "127.0.0.3";
  private static final String ELSEWHERE = "127.0.1.2";
  private static final String BUFFERED_STREAM_REJECTED = "RESET 0x3994bd84";

  private final List<AutoCloseable> open = new ArrayList<>();

  private static EngineNet net(String... admission) {
    List<String> settings =
        new ArrayList<>(
            List.of("ahti.netty.event-loops = 2", "ahti.netty.handshake-timeout = 2 s"));
    for (String one : admission) {
      settings.add("ahti.listener." + one);
    }
    return new EngineNet(settings.toArray(String[]::new));
  }

  private void end(EngineNet net) {
    Closing.all(() -> Closing.all(open.toArray(AutoCloseable[]::new)), net);
  }

  private static int quic(EngineNet net) {
    return net.listen(DialectPolicy.only(Draft.D16)).address().getPort();
  }

  private RawPeer quicPeer(int port, String from) {
    RawPeer peer = RawPeer.connect(port, RawOptions.DEFAULTS.withFrom(from));
    open.add(peer);
    peer.unidirectional(RawClient.control(Draft.D16));
    return peer;
  }

  private RawTcpPeer tcpPeer(int port, String from) {
    RawTcpPeer peer = RawTcpPeer.connect(port, Http2Wire.GENEROUS.withFrom(from));
    open.add(peer);
    peer.settings();
    return peer;
  }

  private static RawStream ask(RawPeer peer) {
    return peer.bidirectional(RawHttp.headers(RawClient.era(Draft.D16).connect("/echo")));
  }

  private static String status(RawStream stream) {
    return stream.headers().get(":status").orElseThrow();
  }

  private static String status(RawBody body) {
    return body.headers().get(":status").orElseThrow();
  }

  @Test
  void anAddressHasNoMoreConnectionsOverQuicThanItsShare() throws Exception {
    EngineNet net = net("admission.connections = 2");
    try {
      int port = quic(net);
      RawPeer first = quicPeer(port, GREEDY);
      quicPeer(port, GREEDY);
      CompletableFuture<RawPeer> third =
          CompletableFuture.supplyAsync(
              () -> RawPeer.connect(port, RawOptions.DEFAULTS.withFrom(GREEDY)));
      PortProbe.await(() -> net.gauge(Gauges.ADMISSION_CONNECTIONS_REFUSED) > 0);
      // Nothing of a handshake was begun for it, but for the Retry that made it prove its address.
      assertTrue(net.gauge(Gauges.RETRY_SENT) > 0);
      assertEquals(0, net.gauge(Gauges.HANDSHAKES));
      assertEquals(2, net.gauge(Gauges.QUIC_CONNECTIONS));
      assertEquals("200", status(ask(quicPeer(port, OTHER))));
      net.session();
      first.close();
      RawPeer late = third.get();
      open.add(late);
      assertTrue(late.connection().isActive(), "there is room again");
    } finally {
      end(net);
    }
  }

  @Test
  void anAddressHasNoMoreConnectionsOverTcpThanItsShare() {
    EngineNet net = net("admission.connections = 2");
    try {
      int port = Http2Wire.listen(net);
      RawTcpPeer first = tcpPeer(port, GREEDY);
      tcpPeer(port, GREEDY);
      assertThrows(AssertionError.class, () -> tcpPeer(port, GREEDY));
      assertEquals(1, net.gauge(Gauges.ADMISSION_CONNECTIONS_REFUSED));
      assertEquals(0, net.gauge(Gauges.HANDSHAKES_FAILED), "refused before TLS");
      assertEquals("200", status(tcpPeer(port, OTHER).request(Http2Wire.CONNECT)));
      net.session();
      first.close();
      net.awaitGauge(Gauges.TCP_CONNECTIONS, 2);
      tcpPeer(port, GREEDY);
    } finally {
      end(net);
    }
  }

  /** First packets alone cost their sender nothing: so many of one address begin no handshake. */
  @Test
  void firstPacketsBeyondTheRateOfAnAddressAreAskedForAProof() {
    EngineNet net =
        net(
            "admission.connection-rate = 1",
            "admission.connection-burst = 8",
            "admission.connections = 1000");
    try {
      int port = quic(net);
      try (RawUdp socket = RawUdp.to(port)) {
        RawInitial.real(40).forEach(socket::send);
        PortProbe.await(() -> net.gauge(Gauges.RETRY_SENT) > 20);
        assertEquals("200", status(ask(quicPeer(port, OTHER))));
        net.session();
        // The other half is for those who receive where they send from.
        assertEquals("200", status(ask(quicPeer(port, "127.0.0.1"))));
        net.session();
      }
    } finally {
      end(net);
    }
  }

  @Test
  void connectionsOverTcpBeyondTheRateOfAnAddressAreClosed() {
    EngineNet net = net("admission.connection-rate = 1", "admission.connection-burst = 1");
    try {
      int port = Http2Wire.listen(net);
      // One of many, as a slow machine earns a new one every second.
      assertThrows(
          AssertionError.class, () -> IntStream.range(0, 50).forEach(i -> tcpPeer(port, GREEDY)));
      assertEquals(1, net.gauge(Gauges.ADMISSION_CONNECTIONS_REFUSED));
      assertEquals("200", status(tcpPeer(port, OTHER).request(Http2Wire.CONNECT)));
      net.session();
    } finally {
      end(net);
    }
  }

  @Test
  void anAddressHasNoMoreSessionsOverQuicThanItsShare() {
    EngineNet net = net("admission.sessions = 1");
    try {
      int port = quic(net);
      RawStream first = ask(quicPeer(port, GREEDY));
      assertEquals("200", status(first));
      SessionHandle session = net.session();
      RawPeer second = quicPeer(port, GREEDY);
      assertEquals("RESET 0x10b", ask(second).end());
      assertEquals(1, net.gauge(Gauges.ADMISSION_SESSIONS_REFUSED));
      assertEquals("200", status(ask(quicPeer(port, OTHER))));
      net.session();
      session.close(0, "");
      assertEquals("FIN", first.end());
      assertEquals("200", status(ask(second)));
      net.session();
    } finally {
      end(net);
    }
  }

  @Test
  void anAddressHasNoMoreSessionsOverTcpThanItsShare() {
    EngineNet net = net("admission.sessions = 1");
    try {
      int port = Http2Wire.listen(net);
      assertEquals("200", status(tcpPeer(port, GREEDY).request(Http2Wire.CONNECT)));
      net.session();
      assertEquals("429", status(tcpPeer(port, GREEDY).request(Http2Wire.CONNECT)));
      assertEquals("200", status(tcpPeer(port, OTHER).request(Http2Wire.CONNECT)));
      net.session();
    } finally {
      end(net);
    }
  }

  @Test
  void aStreamBeyondThoseOfAllSessionsIsRejectedAndItsSessionGoesOn() {
    EngineNet net = net("admission.streams = 1");
    try {
      RawPeer peer = quicPeer(quic(net), OTHER);
      RawStream connect = ask(peer);
      assertEquals("200", status(connect));
      SessionHandle session = net.session();
      RawStream first = peer.bidirectional(WireSession.both(session));
      PortProbe port = new PortProbe(EngineNet.take(session.incomingBidirectional()).port());
      RawStream second = peer.bidirectional(WireSession.both(session) + RawHttp.hex("x"));
      assertEquals(BUFFERED_STREAM_REJECTED, second.end());
      assertEquals(1, net.gauge(Gauges.ADMISSION_STREAMS_REFUSED));
      first.finish(RawHttp.hex("hello"));
      port.write(port.all());
      port.port().finish();
      assertEquals(RawHttp.hex("hello"), first.bytes(5));
      assertEquals("FIN", first.end());
    } finally {
      end(net);
    }
  }

  @Test
  void aListenerHasNoMoreSessionsThanItsLimitWhoeverAsks() {
    EngineNet net = net("max-sessions = 1");
    try {
      int port = quic(net);
      RawStream first = ask(quicPeer(port, GREEDY));
      assertEquals("200", status(first));
      SessionHandle session = net.session();
      RawPeer second = quicPeer(port, OTHER);
      assertEquals("RESET 0x10b", ask(second).end());
      assertEquals(1, net.gauge(Gauges.ADMISSION_SESSIONS_REFUSED));
      session.close(0, "");
      assertEquals("FIN", first.end());
      assertEquals("200", status(ask(second)));
      net.session();
    } finally {
      end(net);
    }
  }

  @Test
  void aListenerOverTcpHasNoMoreSessionsThanItsLimitWhoeverAsks() {
    EngineNet net = net("max-sessions = 1");
    try {
      int port = Http2Wire.listen(net);
      assertEquals("200", status(tcpPeer(port, GREEDY).request(Http2Wire.CONNECT)));
      net.session();
      assertEquals("429", status(tcpPeer(port, OTHER).request(Http2Wire.CONNECT)));
      assertEquals(1, net.gauge(Gauges.ADMISSION_SESSIONS_REFUSED));
    } finally {
      end(net);
    }
  }

  @Test
  void aPrefixIsAsWideAsTheSettingsSay() {
    EngineNet net = net("admission.sessions = 1", "admission.ipv4-prefix = 24");
    try {
      int port = quic(net);
      assertEquals("200", status(ask(quicPeer(port, GREEDY))));
      net.session();
      assertEquals("RESET 0x10b", ask(quicPeer(port, OTHER)).end());
      assertEquals("200", status(ask(quicPeer(port, "127.0.1.2"))));
      net.session();
    } finally {
      end(net);
    }
  }

  @Test
  void aPrefixHasNoMoreStreamsOverQuicThanItsShare() {
    EngineNet net = net("admission.streams-of-prefix = 1", "admission.ipv4-prefix = 24");
    try {
      int port = quic(net);
      RawPeer greedy = quicPeer(port, GREEDY);
      assertEquals("200", status(ask(greedy)));
      SessionHandle first = net.session();
      RawStream open = greedy.bidirectional(WireSession.both(first));
      PortProbe probe = new PortProbe(EngineNet.take(first.incomingBidirectional()).port());
      // Another connection of the prefix, whose own limits are not met.
      RawPeer neighbour = quicPeer(port, OTHER);
      assertEquals("200", status(ask(neighbour)));
      SessionHandle second = net.session();
      assertEquals(
          BUFFERED_STREAM_REJECTED,
          neighbour.bidirectional(WireSession.both(second) + RawHttp.hex("x")).end());
      assertEquals(1, net.gauge(Gauges.ADMISSION_STREAMS_REFUSED));
      RawPeer elsewhere = quicPeer(port, ELSEWHERE);
      assertEquals("200", status(ask(elsewhere)));
      echoes(elsewhere, net.session());
      // What was open goes on, and gives its place back.
      open.finish(RawHttp.hex("hello"));
      probe.write(probe.all());
      probe.port().finish();
      assertEquals(RawHttp.hex("hello"), open.bytes(5));
      assertEquals("FIN", open.end());
      net.awaitGauge(Gauges.STREAMS, 0);
      echoes(neighbour, second);
    } finally {
      end(net);
    }
  }

  private static void echoes(RawPeer peer, SessionHandle session) {
    RawStream stream = peer.bidirectional(WireSession.both(session)).finish(RawHttp.hex("hello"));
    PortProbe probe = new PortProbe(EngineNet.take(session.incomingBidirectional()).port());
    probe.write(probe.all());
    probe.port().finish();
    assertEquals(RawHttp.hex("hello"), stream.bytes(5));
    assertEquals("FIN", stream.end());
  }

  @Test
  void aPrefixHasNoMoreStreamsOverTcpThanItsShare() {
    EngineNet net = net("admission.streams-of-prefix = 1", "admission.ipv4-prefix = 24");
    try {
      int port = Http2Wire.listen(net);
      RawBody greedy = tcpPeer(port, GREEDY).request(Http2Wire.CONNECT);
      assertEquals("200", status(greedy));
      SessionHandle first = net.session();
      greedy.write(Http2Wire.capsule(Http2Wire.DATA, "00" + RawHttp.hex("hello")));
      assertEquals(
          0, EngineNet.take(first.incomingBidirectional()).port().id(), "the first is let in");
      RawBody neighbour = tcpPeer(port, OTHER).request(Http2Wire.CONNECT);
      assertEquals("200", status(neighbour));
      net.session();
      neighbour.write(Http2Wire.capsule(Http2Wire.DATA, "00" + RawHttp.hex("hello")));
      PortProbe.await(() -> net.gauge(Gauges.ADMISSION_STREAMS_REFUSED) == 1);
      RawBody elsewhere = tcpPeer(port, ELSEWHERE).request(Http2Wire.CONNECT);
      assertEquals("200", status(elsewhere));
      SessionHandle third = net.session();
      elsewhere.write(Http2Wire.capsule(Http2Wire.DATA, "00" + RawHttp.hex("hello")));
      PortProbe probe = new PortProbe(EngineNet.take(third.incomingBidirectional()).port());
      probe.port().request(PortProbe.CREDIT);
      assertEquals(1, net.gauge(Gauges.ADMISSION_STREAMS_REFUSED));
    } finally {
      end(net);
    }
  }

  @Test
  void whileAPrefixQueuesTooMuchNothingOfItsIsLetInAndOthersAre() {
    EngineNet net = net("admission.queued-bytes-of-prefix = 4", "admission.ipv4-prefix = 24");
    try {
      int port = quic(net);
      RawPeer greedy = quicPeer(port, GREEDY);
      assertEquals("200", status(ask(greedy)));
      SessionHandle session = net.session();
      RawPeer neighbour = quicPeer(port, OTHER);
      net.awaitGauge(Gauges.QUIC_CONNECTIONS, 2);
      RawStream stream = greedy.bidirectional(WireSession.both(session) + RawHttp.hex("hello"));
      PortProbe waiting = new PortProbe(EngineNet.take(session.incomingBidirectional()).port());
      // Asked for, and not taken.
      waiting.port().request(PortProbe.CREDIT);
      net.awaitGauge(Gauges.INBOUND_QUEUED_BYTES, 5);
      assertEquals("RESET 0x10b", ask(neighbour).end());
      assertEquals(
          BUFFERED_STREAM_REJECTED,
          greedy.bidirectional(WireSession.both(session) + RawHttp.hex("x")).end());
      CompletableFuture<RawPeer> newcomer =
          CompletableFuture.supplyAsync(
              () -> RawPeer.connect(port, RawOptions.DEFAULTS.withFrom(OTHER)));
      PortProbe.await(() -> net.gauge(Gauges.ADMISSION_CONNECTIONS_REFUSED) > 0);
      RawPeer elsewhere = quicPeer(port, ELSEWHERE);
      assertEquals("200", status(ask(elsewhere)));
      echoes(elsewhere, net.session());
      stream.finish("");
      waiting.write(waiting.all());
      waiting.port().finish();
      assertEquals(RawHttp.hex("hello"), stream.bytes(5));
      net.awaitGauge(Gauges.INBOUND_QUEUED_BYTES, 0);
      open.add(newcomer.join());
      assertEquals("200", status(ask(neighbour)));
      net.session();
    } finally {
      end(net);
    }
  }

  private static int everywhere(EngineNet net, HttpVersion version) {
    return net.listen(
            "::",
            version == HttpVersion.HTTP_3 ? DialectPolicy.only(Draft.D16) : DialectPolicy.all(),
            ServerTls.of(TestCertificate.shared()),
            Set.of(version))
        .address()
        .getPort();
  }

  /** To a socket of IPv6 and IPv4 together an IPv4 address looks like one of ::ffff:0:0/96. */
  @Test
  void addressesOfBothFamiliesAreToldApartOnOneSocketOverQuic() {
    EngineNet net = net("admission.sessions = 1");
    try {
      int port = everywhere(net, HttpVersion.HTTP_3);
      for (String from : List.of("::1", GREEDY, OTHER)) {
        assertEquals("200", status(ask(quicPeer(port, from))), from);
        net.session();
        assertEquals("RESET 0x10b", ask(quicPeer(port, from)).end(), from);
      }
      assertEquals(3, net.gauge(Gauges.ADMISSION_PREFIXES));
    } finally {
      end(net);
    }
  }

  @Test
  void addressesOfBothFamiliesAreToldApartOnOneSocketOverTcp() {
    EngineNet net = net("admission.sessions = 1");
    try {
      int port = everywhere(net, HttpVersion.HTTP_2);
      for (String from : List.of("::1", GREEDY, OTHER)) {
        assertEquals("200", status(tcpPeer(port, from).request(Http2Wire.CONNECT)), from);
        net.session();
        assertEquals("429", status(tcpPeer(port, from).request(Http2Wire.CONNECT)), from);
      }
      assertEquals(3, net.gauge(Gauges.ADMISSION_PREFIXES));
    } finally {
      end(net);
    }
  }

  @Test
  void aListenerHasNoMoreConnectionsThanItsLimitWhoeverAsks() throws Exception {
    EngineNet net = net("max-connections = 1");
    try {
      int port = quic(net);
      RawPeer first = quicPeer(port, GREEDY);
      CompletableFuture<RawPeer> second =
          CompletableFuture.supplyAsync(
              () -> RawPeer.connect(port, RawOptions.DEFAULTS.withFrom(OTHER)));
      PortProbe.await(() -> net.gauge(Gauges.CONNECTIONS_REFUSED) > 0);
      // Not after a handshake, which costs more than what follows.
      assertEquals(1, net.gauge(Gauges.QUIC_CONNECTIONS));
      assertEquals(0, net.gauge(Gauges.HANDSHAKES));
      assertEquals("200", status(ask(first)));
      net.session();
      first.close();
      open.add(second.get());
    } finally {
      end(net);
    }
  }

  @Test
  void aListenerOverTcpHasNoMoreConnectionsThanItsLimitWhoeverAsks() {
    EngineNet net = net("max-connections = 1");
    try {
      int port = Http2Wire.listen(net);
      RawTcpPeer first = tcpPeer(port, GREEDY);
      assertThrows(AssertionError.class, () -> tcpPeer(port, OTHER));
      assertEquals(1, net.gauge(Gauges.CONNECTIONS_REFUSED));
      assertEquals(0, net.gauge(Gauges.HANDSHAKES_FAILED), "refused before TLS");
      first.close();
      net.awaitGauge(Gauges.TCP_CONNECTIONS, 0);
      tcpPeer(port, OTHER);
    } finally {
      end(net);
    }
  }

  @Test
  void whileTooMuchIsQueuedNothingNewIsLetInAndWhatIsOpenGoesOn() {
    EngineNet net = net("admission.queued-bytes = 4");
    try {
      int port = quic(net);
      RawPeer peer = quicPeer(port, OTHER);
      assertEquals("200", status(ask(peer)));
      SessionHandle session = net.session();
      RawPeer another = quicPeer(port, GREEDY);
      net.awaitGauge(Gauges.QUIC_CONNECTIONS, 2);
      RawStream stream = peer.bidirectional(WireSession.both(session) + RawHttp.hex("hello"));
      PortProbe waiting = new PortProbe(EngineNet.take(session.incomingBidirectional()).port());
      // Asked for, and not taken.
      waiting.port().request(PortProbe.CREDIT);
      net.awaitGauge(Gauges.INBOUND_QUEUED_BYTES, 5);
      assertEquals("RESET 0x10b", ask(another).end());
      assertEquals(1, net.gauge(Gauges.ADMISSION_SESSIONS_REFUSED));
      CompletableFuture<RawPeer> newcomer =
          CompletableFuture.supplyAsync(
              () -> RawPeer.connect(port, RawOptions.DEFAULTS.withFrom(GREEDY)));
      PortProbe.await(() -> net.gauge(Gauges.ADMISSION_CONNECTIONS_REFUSED) > 0);
      stream.finish("");
      waiting.write(waiting.all());
      waiting.port().finish();
      assertEquals(RawHttp.hex("hello"), stream.bytes(5));
      net.awaitGauge(Gauges.INBOUND_QUEUED_BYTES, 0);
      open.add(newcomer.join());
      assertEquals("200", status(ask(another)));
      net.session();
    } finally {
      end(net);
    }
  }
}
