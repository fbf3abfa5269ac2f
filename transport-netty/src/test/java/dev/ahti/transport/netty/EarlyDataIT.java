package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import dev.ahti.wtspec.RawTickets;
import dev.ahti.wtspec.bare.Hello;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Peers that use early data where they can; that they do so between themselves is shown by {@code
 * RawTicketsIT} in the examiner's own tests.
 */
@DisplayName("N17, draft-ietf-webtrans-http3-16 3.2: no CONNECT in 0-RTT")
class EarlyDataIT {
  private static final String CONNECT = RawHttp.headers(RawClient.era(Draft.D16).connect("/echo"));

  private final RawTickets tickets = RawTickets.none();
  private final EngineNet net = new EngineNet();

  @AfterEach
  void close() {
    net.close();
  }

  private static RawOptions with(RawTickets tickets) {
    return RawOptions.DEFAULTS.withTickets(tickets);
  }

  private int listen() {
    return net.listen(DialectPolicy.only(Draft.D16)).address().getPort();
  }

  /** A session of a client whose handshake was held back until now. */
  private void sessionAfter(RawPeer raw) {
    raw.finishHandshake();
    raw.unidirectional(RawClient.control(Draft.D16));
  }

  private void end(SessionHandle session, RawStream connect) {
    session.close(0, "");
    assertEquals(WireSession.CLOSE, connect.frame(0x00));
    assertEquals("FIN", connect.end());
    connect.finish("");
  }

  @Conformance({"H3-S-16"})
  @Test
  void aTicketOfOurServerResumesAndIsGoodForNoEarlyData() {
    int port = listen();
    try (RawPeer first = RawPeer.connect(port, with(tickets))) {
      // What a server sends on a stream comes behind its tickets.
      first.accept().bytes(1);
    }
    try (RawPeer second = RawPeer.connect(port, with(tickets.sending(CONNECT)))) {
      second.awaitHandshakeHeld();
      assertEquals(0, second.earlyPackets());
      sessionAfter(second);
      assertTrue(second.resumed());
      RawStream connect = second.bidirectional(CONNECT);
      assertEquals("200", connect.headers().get(":status").orElseThrow());
      end(net.session(), connect);
    }
  }

  /**
   * The ticket is another server's, so TLS refuses what was sent under its keys. The handshake is
   * held no longer than needed: what it takes is the first measure of the round trip, by which the
   * server decides how long it stays after the close.
   */
  @Test
  void aConnectInEarlyDataIsReadAgainAfterTheHandshake() {
    try (RawPeer other = RawPeer.listen(with(tickets));
        RawPeer client = RawPeer.connect(other.port(), with(tickets))) {
      other.unidirectional(RawHttp.CONTROL);
      client.accept().bytes(1);
    }
    int port = listen();
    try (RawPeer raw = RawPeer.connect(port, with(tickets.sending(CONNECT)))) {
      raw.awaitHandshakeHeld();
      assertTrue(raw.earlyPackets() > 0);
      net.awaitGauge(Gauges.HANDSHAKES, 1);
      net.awaitGauge(Gauges.CONNECTIONS, 0);
      sessionAfter(raw);
      assertFalse(raw.resumed());
      RawStream connect = raw.earlyStream();
      assertEquals("200", connect.headers().get(":status").orElseThrow());
      end(net.session(), connect);
      net.awaitGauge(Gauges.SESSIONS, 0);
    }
  }

  @Conformance({"H3-C-18", "H3-C-19"})
  @Test
  void ourClientResumesAndSendsNoEarlyData() throws IOException {
    try (RawPeer first = RawPeer.listen(with(tickets));
        Relay relay = new Relay(first.port());
        RawPeer second = RawPeer.listen(with(tickets))) {
      relay.open();
      session(relay, first);
      assertFalse(first.resumed());
      // A client keeps tickets by host and port, so both servers are at the same.
      relay.to(second.port());
      session(relay, second);
      assertTrue(second.resumed());
      assertEquals(0, second.earlyPackets());
      // It does not even offer to: a server could not tell it that it may.
      Hello hello = Hello.ofClient(relay.clientsFirst());
      assertFalse(hello.extensions().containsKey(Hello.EARLY_DATA));
      assertTrue(hello.extensions().containsKey(Hello.PRE_SHARED_KEY));
    }
  }

  /** From the dial to the end. */
  private void session(Relay relay, RawPeer server) {
    CompletableFuture<SessionHandle> dialled =
        net.ahti.connect(
            new DialRequest(
                "127.0.0.1",
                relay.port(),
                "example.org",
                "/echo",
                Optional.empty(),
                Fields.empty(),
                ServerTrust.Insecure.INSTANCE,
                DialectPolicy.only(Draft.D16),
                Duration.ofSeconds(10)));
    // The control stream: the request comes after the settings, and then the order is not given.
    server.accept();
    server.unidirectional(RawClient.era(Draft.D16).serverControl());
    RawStream connect = server.accept();
    connect.headers();
    connect.write(WireSession.ANSWER);
    end(TestNet.get(dialled), connect);
    server.closed();
  }
}
