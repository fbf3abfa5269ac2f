package dev.ahti.transport.netty.quic;

import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.handler.codec.quic.QuicStreamChannel;
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

  /** What a stream knows of its connection. */
  record Of(QuicStreamChannel stream) implements LoneFin.Connection {

    /**
     * Not known, and so not idle, where the window of the stream or of the connection has less room
     * than the congestion window.
     */
    @Override
    public boolean idle() {
      return QuicAccess.capacity(stream) >= congestionWindow(stream.parent());
    }

    @Override
    public long packetsReceived() {
      return PathFacts.packetsReceived(stream.parent());
    }

    @Override
    public long roundTripNanos() {
      return PathFacts.roundTripNanos(stream.parent());
    }
  }

  /** How many bytes may be under way; more than there can be where that is not known. */
  private static long congestionWindow(QuicChannel connection) {
    Future<QuicConnectionPathStats> stats = connection.collectPathStats(0);
    return stats.isSuccess() ? stats.getNow().cwnd() : Long.MAX_VALUE;
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
