package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import java.util.Map;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Our server, and one peer that knows nothing but QUIC. */
abstract class ServerWire {
  final TestNet net;
  RawPeer raw;
  TestNet.Side server;
  boolean closedSeen;

  /** With these settings on top of the defaults. */
  ServerWire(String... overrides) {
    net = new TestNet(overrides);
  }

  @BeforeEach
  void connect() {
    raw = RawPeer.connect(net.listen().localAddress().getPort());
    server = net.drive(net.accepted());
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(
        raw,
        () -> {
          if (!closedSeen) {
            server.expectClosed();
          }
        },
        () -> server.events().expectTerminated(server.actor()),
        net::awaitNoConnection,
        net);
  }

  void settings() {
    raw.unidirectional(RawHttp.CONTROL);
    assertEquals(Map.of(), server.expect(TransportEvent.PeerSettings.class).settings());
  }

  /** A CONNECT, told to the server; not answered yet. */
  TransportEvent.RequestReceived request(RawStream stream) {
    stream.write(RawClient.headers(TestSession.CONNECT));
    return server.expect(TransportEvent.RequestReceived.class);
  }

  TestProbe<TransportCommand.IncomingStream> attach(long session) {
    TestProbe<TransportCommand.IncomingStream> streams = net.kit.createTestProbe();
    TestSession.attach(net, server, session, streams);
    return streams;
  }

  StreamPort open(long session, StreamKind kind) {
    TransportCommand.OpenResult result = TestSession.tryOpen(net, server, session, kind);
    return ((TransportCommand.OpenResult.Opened) result).port();
  }
}
