package dev.ahti.transport.netty.http3;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.transport.netty.TestNet;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Test;

/** Commands that were under way when the connection ended. */
class LateCommandsIT {
  @Test
  void sessionThatEndsAfterItsConnectionKeepsNothingAlive() {
    try (TestNet net = new TestNet()) {
      TestNet.Pair pair = net.pair();
      Http3Connection connection = (Http3Connection) pair.client().connection();
      pair.client().tell(new TransportCommand.CloseConnection(0x100, ""));
      pair.client().expectClosed();
      pair.server().expectClosed();
      net.awaitNoConnection();
      attach(net, connection, 0);
      attach(net, connection, 4);
      TestProbe<TransportCommand.SessionDetached> detached = net.kit.createTestProbe();
      connection.handle(new TransportCommand.DetachSession(0, detached.ref()));
      detached.receiveMessage();
      net.awaitGauge(Gauges.LOOP_TIMERS, 0);
    }
  }

  private static void attach(TestNet net, Http3Connection connection, long id) {
    TestProbe<TransportCommand.IncomingStream> streams = net.kit.createTestProbe();
    TestProbe<TransportCommand.SessionAttached> attached = net.kit.createTestProbe();
    connection.handle(
        new TransportCommand.AttachSession(
            id, Dialect.of(Draft.D16), streams.ref(), attached.ref()));
    attached.receiveMessage();
  }
}
