package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.WireSession.Role;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import dev.ahti.wtspec.proxy.BlackOut;
import dev.ahti.wtspec.proxy.Direction;
import dev.ahti.wtspec.proxy.Impairment;
import dev.ahti.wtspec.proxy.ImpairmentProxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Peers that say nothing for long, and peers that take nothing. */
class QuietPeerWireIT {

  private static int listen(EngineNet net) {
    return net.listen(DialectPolicy.only(Draft.D16)).address().getPort();
  }

  private static SessionHandle dial(EngineNet net, int port) {
    return TestNet.get(
        net.ahti.connect(
            new DialRequest(
                "127.0.0.1",
                port,
                "example.org",
                "/echo",
                Optional.empty(),
                Fields.empty(),
                ServerTrust.Insecure.INSTANCE,
                DialectPolicy.only(Draft.D16),
                Duration.ofSeconds(10))));
  }

  @Test
  void anIdleSessionOutlivesThreeIdleTimeoutsThoughHalfOfTheTimeNothingPasses() {
    Impairment holes =
        Impairment.NONE.withBlackOut(
            BlackOut.repeated(Duration.ofMillis(500), Duration.ofMillis(500)));
    // A third of it between keep-alives, a fifth for a hole: the rest is time for a busy machine.
    try (EngineNet net = new EngineNet("ahti.netty.idle-timeout = 2500 ms");
        ImpairmentProxy proxy =
            ImpairmentProxy.start(listen(net), Impairment.NONE, Impairment.NONE, 1)) {
      SessionHandle client = dial(net, proxy.port());
      SessionHandle server = net.session();
      proxy.impair(Direction.TO_SERVER, holes);
      proxy.impair(Direction.TO_CLIENT, holes);
      net.kit.createTestProbe().expectNoMessage(Duration.ofMillis(7600));
      assertFalse(client.closed().isDone());
      assertFalse(server.closed().isDone());
      // A third of the time-out is the most that the interval of 10 s may be here.
      assertTrue(net.gauge(Gauges.KEEP_ALIVES) >= 6);
      assertTrue(proxy.counters(Direction.TO_SERVER).blackedOut() > 0);
      assertTrue(proxy.counters(Direction.TO_CLIENT).blackedOut() > 0);
      client.close(5, "");
      assertEquals(5, TestNet.get(server.closed()).code());
      TestNet.get(client.closed());
      // The end of the connection must not be lost, or it is only the idle time-out that ends it.
      proxy.impair(Direction.TO_SERVER, Impairment.NONE);
      proxy.impair(Direction.TO_CLIENT, Impairment.NONE);
      net.awaitNoConnection();
    }
  }

  @Test
  void withoutKeepAliveAnIdleSessionMeetsTheIdleTimeout() {
    try (EngineNet net =
        new EngineNet("ahti.netty.idle-timeout = 1 s", "ahti.netty.keep-alive-interval = 0 s")) {
      SessionHandle client = dial(net, listen(net));
      for (SessionHandle side : List.of(client, net.session())) {
        SessionFailure failure =
            assertThrows(SessionFailure.class, () -> TestNet.get(side.closed()));
        assertTrue(failure.getMessage().contains("idle time-out"), failure.getMessage());
      }
      net.awaitGauge(Gauges.KEEP_ALIVES, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionIsKeptAliveByAFrameThatPeersIgnoreWhileItHasASession(Role role) {
    try (WireSession wire =
        WireSession.start(role, Draft.D16, "ahti.netty.keep-alive-interval = 100 ms")) {
      SessionHandle session = wire.open();
      assertEquals("00", wire.control.bytes(1));
      wire.control.frame(0x04);
      // Type 0x21 is the first of those reserved to be ignored (RFC 9114 7.2.8).
      assertEquals("2100" + "2100" + "2100", wire.control.bytes(6));
      session.close(0, "");
      assertEquals("FIN", wire.connect.end());
      wire.connect.finish("");
      wire.net.awaitGauge(Gauges.SESSIONS, 0);
      long sent = wire.net.gauge(Gauges.KEEP_ALIVES);
      wire.net.kit.createTestProbe().expectNoMessage(Duration.ofMillis(500));
      // One may have been on its way.
      assertTrue(wire.net.gauge(Gauges.KEEP_ALIVES) <= sent + 1);
    }
  }

  @Test
  void aConnectionWithoutASessionIsNotKeptAlive() {
    try (WireSession wire =
        WireSession.start(Role.SERVER, Draft.D16, "ahti.netty.idle-timeout = 500 ms")) {
      wire.net.awaitGauge(Gauges.CONNECTIONS, 1);
      wire.net.awaitGauge(Gauges.CONNECTIONS, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStreamWhosePeerTakesNothingEndsAndItsSessionGoesOn(Role role) {
    RawOptions small = RawOptions.DEFAULTS.withWindows(1 << 20, 512);
    try (WireSession wire =
        new WireSession(role, Draft.D16, small, "ahti.netty.write-stall-timeout = 400 ms")) {
      wire.settings();
      SessionHandle session = wire.open();
      PortProbe stalled =
          new PortProbe(TestNet.get(session.openStream(StreamKind.BIDIRECTIONAL)).port());
      RawStream seen = wire.raw.accept();
      assertEquals("404100", seen.bytes(3));
      seen.channel().config().setAutoRead(false);
      stalled.write(ByteString.fromString("x".repeat(4096)));
      assertEquals(new WriteEnd.Stalled(Duration.ofMillis(400)), stalled.writeEnd());
      wire.net.awaitGauge(Gauges.WRITE_STALLS, 1);
      seen.channel().config().setAutoRead(true);
      assertEquals("RESET 0x10c", seen.end());
      // The other half goes on.
      seen.finish("6869");
      assertEquals("hi", stalled.all().utf8String());
      wire.echoes(session);
      session.close(0, "");
      assertEquals("FIN", wire.connect.end());
      wire.connect.finish("");
      wire.net.awaitGauge(Gauges.OUTBOUND_QUEUED_BYTES, 0);
    }
  }

  @Test
  void aSessionWhosePeerTakesNothingOfTheConnectStreamFails() {
    // Room for the answer, which is 5 bytes and less than half, so that reading it gives no credit,
    // and then not for a DRAIN of 7.
    RawOptions small = RawOptions.DEFAULTS.withWindows(1 << 20, 11);
    try (WireSession wire =
        new WireSession(Role.SERVER, Draft.D16, small, "ahti.netty.write-stall-timeout = 400 ms")) {
      wire.settings();
      wire.connect.channel().config().setAutoRead(false);
      wire.connect.write(RawHttp.headers(RawClient.era(Draft.D16).connect("/echo")));
      SessionHandle session = wire.net.session();
      // Behind it the answer is there, and with it the one read that was under way is over.
      wire.echoes(session);
      session.drain();
      SessionFailure failed =
          assertThrows(SessionFailure.class, () -> TestNet.get(session.closed()));
      assertTrue(failed.getMessage().contains("took nothing"), failed.getMessage());
      wire.connect.awaitStopped();
      wire.connect.channel().config().setAutoRead(true);
      assertEquals("RESET 0x10c", wire.connect.end());
    }
  }

  @Test
  void anAnswerThatThePeerDoesNotTakeEndsItsSession() {
    try (EngineNet net = new EngineNet("ahti.netty.write-stall-timeout = 400 ms")) {
      int port = net.listen(DialectPolicy.only(Draft.D16)).address().getPort();
      try (RawPeer raw = RawPeer.connect(port, RawOptions.DEFAULTS.withWindows(1 << 20, 0))) {
        raw.unidirectional(RawClient.control(Draft.D16));
        RawStream connect =
            raw.bidirectional(RawHttp.headers(RawClient.era(Draft.D16).connect("/echo")));
        SessionHandle session = net.session();
        SessionFailure failed =
            assertThrows(SessionFailure.class, () -> TestNet.get(session.closed()));
        assertTrue(failed.getMessage().contains("took nothing"), failed.getMessage());
        assertEquals("RESET 0x10c", connect.end());
        connect.awaitStopped();
      }
    }
  }
}
