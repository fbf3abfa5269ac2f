package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.wire.StreamKind;
import org.junit.jupiter.api.Test;

/** The levels of sockets and channels, which have to be right for other tests to rely on them. */
class OpenChannelsIT {

  @Test
  void everySocketConnectionAndStreamIsCountedWhileItIsOpen() {
    try (TestNet net = new TestNet("ahti.netty.event-loops = 1")) {
      TestNet.Pair pair = net.pair();
      net.awaitGauge(Gauges.SOCKETS, 2);
      net.awaitGauge(Gauges.QUIC_CONNECTIONS, 2);
      assertEquals(4, streams(net), "a control stream of each side, at both ends");

      TestSession session = TestSession.open(net, pair);
      assertEquals(6, streams(net), "a request");
      StreamPort near = session.open(net, pair.client(), StreamKind.UNIDIRECTIONAL);
      StreamPort far = session.serverStreams().receiveMessage().port();
      assertEquals(8, streams(net), "a stream of the session");
      near.finish();
      new PortProbe(far).all();
      PortProbe.await(() -> streams(net) == 6);

      pair.client().tell(new TransportCommand.CloseConnection(0x100, ""));
      pair.client().expectClosed();
      pair.server().expectClosed();
      net.awaitNoConnection();
      net.awaitGauge(Gauges.SOCKETS, 1);
    }
  }

  @Test
  void socketThatCouldNotBeBoundIsNotOpen() {
    try (TestNet net = new TestNet("ahti.netty.event-loops = 1")) {
      ListenOptions taken =
          new ListenOptions(
              "second", net.listen().localAddress(), TestCertificate.shared(), TestNet.SETTINGS);
      assertThrows(
          AssertionError.class, () -> TestNet.get(net.transport.bind(taken, connection -> {})));
      PortProbe.await(() -> net.gauges.level(Gauges.SOCKETS).value() == 1);
    }
  }

  private static long streams(TestNet net) {
    return net.gauges.level(Gauges.QUIC_STREAMS).value();
  }
}
