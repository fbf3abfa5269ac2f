package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import io.netty.buffer.Unpooled;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The connection goes while streams are open and writes wait: each end is told once. */
class ConnectionLossWireIT {
  private static final int STREAMS = 4;

  private EngineNet net;
  private RawPeer raw;
  private SessionHandle session;
  private EndlessTraffic traffic;

  private void start(String... settings) {
    net = new EngineNet(settings);
    traffic = new EndlessTraffic(net.kit.system());
    raw = RawPeer.connect(net.listen(DialectPolicy.only(Draft.D16)).address().getPort());
    raw.accept();
    raw.unidirectional(RawClient.control(Draft.D16));
    RawStream connect = raw.bidirectional(RawClient.headers(RawClient.connect(Draft.D16, "/echo")));
    session = net.session();
    assertEquals("200", RawClient.headers(connect).get(":status").orElseThrow());
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  /** Streams of both kinds and both sides; all read, all written until the windows are full. */
  private void fill() {
    for (int i = 0; i < STREAMS; i++) {
      RawStream both = raw.bidirectional("404100" + "6869");
      both.channel().config().setAutoRead(false);
      StreamHandle bothWays = EngineNet.take(session.incomingBidirectional());
      traffic.read(bothWays);
      traffic.write(bothWays);
      raw.unidirectional("405400" + "6869");
      traffic.read(EngineNet.take(session.incomingUnidirectional()));
      StreamHandle oneWay = TestNet.get(session.openStream(StreamKind.UNIDIRECTIONAL));
      raw.accept().channel().config().setAutoRead(false);
      traffic.write(oneWay);
    }
    // And one that nobody takes.
    raw.bidirectional("404100");
    net.awaitGauge(Gauges.INCOMING_STREAMS_WAITING, 1);
    net.await(true, () -> net.gauge(Gauges.OUTBOUND_QUEUED_BYTES) > 0, "writes that wait");
    assertEquals(0, traffic.ended());
  }

  private void everythingEndedOnce() {
    // One for each half: two of each bidirectional stream, one of each unidirectional one.
    traffic.allLost(2 * STREAMS, 2 * STREAMS);
    SessionFailure failure =
        assertThrows(SessionFailure.class, () -> TestNet.get(session.closed()));
    assertTrue(failure.status().isEmpty());
    assertThrows(
        SessionFailure.class, () -> TestNet.get(session.openStream(StreamKind.BIDIRECTIONAL)));
    net.awaitNoConnection();
    assertEquals(0, traffic.ended());
  }

  @Test
  void closeOfThePeerEndsEverySourceAndSinkOnceAndLeavesNothing() {
    start();
    fill();
    raw.connection().close(true, 0x1234, Unpooled.copiedBuffer("bye".getBytes()));
    everythingEndedOnce();
    String why =
        assertThrows(SessionFailure.class, () -> TestNet.get(session.closed())).getMessage();
    assertEquals("connection closed by the peer with 0x1234: bye", why);
  }

  @Test
  void peerThatVanishesEndsEverySourceAndSinkOnceAfterTheIdleTimeout() {
    start("ahti.netty.idle-timeout = 2 s");
    fill();
    raw.vanish();
    everythingEndedOnce();
  }

  @Test
  void datagramsEndWithTheConnection() {
    start();
    BlockingQueue<Boolean> wakes = new LinkedBlockingQueue<>();
    session.datagrams().onReadable(() -> wakes.add(true));
    assertFalse(session.datagrams().poll() != null);
    raw.connection().close(true, 0x1234, Unpooled.EMPTY_BUFFER);
    EngineNet.next(wakes, "the end of the datagrams");
    net.await(true, () -> session.datagrams().ended() != null, "the end of the datagrams");
  }
}
