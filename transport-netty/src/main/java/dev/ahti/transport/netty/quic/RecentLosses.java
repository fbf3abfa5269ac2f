package dev.ahti.transport.netty.quic;

import io.netty.handler.codec.quic.QuicChannel;

/**
 * Whether one connection has lost packets lately. What was lost is sent again before anything new,
 * and QUIC does not count it in what it says it takes: so it holds some of that back. Loop only.
 */
final class RecentLosses {
  private static final int ROUND_TRIPS = 4;

  private long count;
  private long seenNanos;
  private boolean seen;

  /**
   * Whether packets were lost since this was asked before, or that was seen no more than a few
   * round trips ago.
   *
   * @param now of any one monotonic clock
   */
  boolean any(QuicChannel connection, long now) {
    long lost = PathFacts.packetsLost(connection);
    if (lost != count) {
      count = lost;
      seen = true;
      seenNanos = now;
    }
    return seen && now - seenNanos < ROUND_TRIPS * PathFacts.roundTripNanos(connection);
  }
}
