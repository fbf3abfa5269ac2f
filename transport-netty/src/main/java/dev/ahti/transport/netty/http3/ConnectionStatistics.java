package dev.ahti.transport.netty.http3;

import dev.ahti.engine.spi.ConnectionStats;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicConnectionStats;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** What Netty knows of a connection, in the engine's form. */
final class ConnectionStatistics {
  private static final int BITS = 8;

  private ConnectionStatistics() {}

  /** Collects on the loop and tells; unknown once the connection is gone. */
  static void collect(QuicChannel channel, Consumer<ConnectionStats> to) {
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

  private static ConnectionStats stats(
      QuicConnectionStats connection, QuicConnectionPathStats path) {
    return new ConnectionStats(
        OptionalLong.of(path.rtt()),
        OptionalLong.of(connection.sentBytes()),
        OptionalLong.of(connection.recvBytes()),
        OptionalLong.of(connection.sent()),
        OptionalLong.of(connection.recv()),
        OptionalLong.of(connection.lost()),
        OptionalLong.of(path.deliveryRate() * BITS));
  }
}
