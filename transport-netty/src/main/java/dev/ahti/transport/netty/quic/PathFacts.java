package dev.ahti.transport.netty.quic;

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.util.concurrent.Future;
import java.time.Duration;

/** What is known of the path of a connection. Loop only. */
public final class PathFacts {
  /** What is taken for a round trip where none was measured yet. */
  static final long LEAST_NANOS = Duration.ofMillis(5).toNanos();

  private PathFacts() {}

  /** The smoothed round-trip time; at least 5 ms. */
  public static long roundTripNanos(QuicChannel connection) {
    Future<QuicConnectionPathStats> stats = connection.collectPathStats(0);
    return stats.isSuccess() ? Math.max(stats.getNow().rtt(), LEAST_NANOS) : LEAST_NANOS;
  }

  /** How many packets of the connection have come, or -1 where that is not known. */
  public static long packetsReceived(QuicChannel connection) {
    Future<QuicConnectionStats> stats = connection.collectStats();
    return stats.isSuccess() ? stats.getNow().recv() : -1;
  }

  /** How many packets of ours were lost, or -1 where that is not known. */
  public static long packetsLost(QuicChannel connection) {
    Future<QuicConnectionStats> stats = connection.collectStats();
    return stats.isSuccess() ? stats.getNow().lost() : -1;
  }
}
