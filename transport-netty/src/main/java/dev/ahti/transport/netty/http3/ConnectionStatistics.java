package dev.ahti.transport.netty.http3;

import dev.ahti.engine.spi.ConnectionStats;
import dev.ahti.transport.netty.quic.ConnectionPorts;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicConnectionStats;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * What Netty and our own count know of a connection, in the engine's form. Loop only.
 *
 * <p>Netty has the smoothed round-trip time only. The least one is the least of those that were
 * seen here, one a call: never below the real one, and as near as calls are frequent.
 */
final class ConnectionStatistics {
  private static final int BITS = 8;

  private final ConnectionPorts ports;
  private final SessionTable sessions;
  private long leastRtt = Long.MAX_VALUE;

  ConnectionStatistics(ConnectionPorts ports, SessionTable sessions) {
    this.ports = ports;
    this.sessions = sessions;
  }

  /** Collects on the loop and tells; unknown once the connection is gone. */
  void collect(QuicChannel channel, Consumer<ConnectionStats> to) {
    if (!channel.isActive()) {
      to.accept(ConnectionStats.UNKNOWN);
      return;
    }
    channel
        .collectStats()
        .addListener(
            connection ->
                channel
                    .collectPathStats(0)
                    .addListener(
                        path ->
                            to.accept(
                                connection.isSuccess() && path.isSuccess()
                                    ? stats(
                                        (QuicConnectionStats) connection.getNow(),
                                        (QuicConnectionPathStats) path.getNow())
                                    : ConnectionStats.UNKNOWN)));
  }

  private ConnectionStats stats(QuicConnectionStats connection, QuicConnectionPathStats path) {
    leastRtt = Math.min(leastRtt, path.rtt());
    long rate = path.deliveryRate() * BITS;
    return new ConnectionStats(
        OptionalLong.of(path.rtt()),
        OptionalLong.of(leastRtt),
        OptionalLong.of(ports.payloadSent() + sessions.payloadSent()),
        OptionalLong.of(connection.sentBytes()),
        OptionalLong.of(connection.recvBytes()),
        OptionalLong.of(connection.lostBytes()),
        OptionalLong.of(connection.sent()),
        OptionalLong.of(connection.recv()),
        OptionalLong.of(connection.lost()),
        rate == 0 ? OptionalLong.empty() : OptionalLong.of(rate),
        Optional.of(ports.isWaiting()));
  }
}
