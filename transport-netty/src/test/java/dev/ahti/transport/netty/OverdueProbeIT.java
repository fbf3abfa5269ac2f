package dev.ahti.transport.netty;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.transport.netty.loop.NettyLoop;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A connection that is closed before its handshake is confirmed, while a probe is overdue, as on a
 * loop that had no processor for some milliseconds.
 */
class OverdueProbeIT {
  /** Many times the probe time-out of a new connection on loopback. */
  private static final Duration HELD = Duration.ofMillis(300);

  @Test
  void closeEndsTheConnectionAndNotTheLoop() {
    try (TestNet net = new TestNet("ahti.netty.max-event-loops = 1")) {
      int port = net.listen().localAddress().getPort();
      // The first brings a ticket: with it the next one is there before the server has answered.
      TestNet.Side first = net.drive(net.dial(port, ServerTrust.Insecure.INSTANCE));
      TestNet.Side server = net.drive(net.accepted());
      first.expect(TransportEvent.PeerSettings.class);
      server.expect(TransportEvent.PeerSettings.class);
      TestNet.get(
          net.transport
              .dial(
                  new DialOptions(
                      "127.0.0.1",
                      port,
                      ClientTls.of(ServerTrust.Insecure.INSTANCE),
                      Optional.empty(),
                      TestNet.SETTINGS,
                      Duration.ofSeconds(10)))
              .thenAccept(
                  second ->
                      // Our last words of the handshake are out. The server has the same loop.
                      ((NettyLoop) second.loop()).afterSend(() -> closeLate(second))));
      PortProbe.await(() -> net.gauges.levels().get(Gauges.QUIC_CONNECTIONS) <= 2);
    }
  }

  private static void closeLate(TransportConnection connection) {
    long until = System.nanoTime() + HELD.toNanos();
    while (System.nanoTime() - until < 0) {
      Thread.onSpinWait();
    }
    connection.discard(Http3ErrorCode.H3_NO_ERROR, "");
  }
}
