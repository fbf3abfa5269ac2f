package dev.ahti.engine.spi;

import java.util.OptionalLong;

/**
 * What the transport knows of a connection; empty where it cannot know.
 *
 * @param smoothedRttNanos the path's smoothed round-trip time
 * @param bytesSent bytes of packets, retransmissions included
 * @param bytesReceived bytes of packets
 * @param packetsSent packets
 * @param packetsReceived packets
 * @param packetsLost packets declared lost
 * @param estimatedSendRate bits a second
 */
public record ConnectionStats(
    OptionalLong smoothedRttNanos,
    OptionalLong bytesSent,
    OptionalLong bytesReceived,
    OptionalLong packetsSent,
    OptionalLong packetsReceived,
    OptionalLong packetsLost,
    OptionalLong estimatedSendRate) {

  /** When nothing is known. */
  public static final ConnectionStats UNKNOWN =
      new ConnectionStats(
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty());
}
