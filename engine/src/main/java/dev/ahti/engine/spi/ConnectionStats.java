package dev.ahti.engine.spi;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the transport knows of a connection; empty where it cannot know.
 *
 * @param smoothedRttNanos the path's smoothed round-trip time
 * @param minRttNanos the least round-trip time
 * @param payloadBytesSent bytes of streams and datagrams of all its sessions that were handed to
 *     the transport, each once
 * @param bytesSent bytes of packets, retransmissions included
 * @param bytesReceived bytes of packets
 * @param bytesLost bytes of packets declared lost
 * @param packetsSent packets
 * @param packetsReceived packets
 * @param packetsLost packets declared lost
 * @param estimatedSendRate bits a second
 * @param atSendCapacity whether something waits that the transport does not take now
 */
public record ConnectionStats(
    OptionalLong smoothedRttNanos,
    OptionalLong minRttNanos,
    OptionalLong payloadBytesSent,
    OptionalLong bytesSent,
    OptionalLong bytesReceived,
    OptionalLong bytesLost,
    OptionalLong packetsSent,
    OptionalLong packetsReceived,
    OptionalLong packetsLost,
    OptionalLong estimatedSendRate,
    Optional<Boolean> atSendCapacity) {

  /** When nothing is known. */
  public static final ConnectionStats UNKNOWN = ofRtt(OptionalLong.empty());

  /** When nothing is known but the path's round-trip time. */
  public static ConnectionStats ofRtt(OptionalLong smoothedNanos) {
    OptionalLong unknown = OptionalLong.empty();
    return new ConnectionStats(
        smoothedNanos,
        unknown,
        unknown,
        unknown,
        unknown,
        unknown,
        unknown,
        unknown,
        unknown,
        unknown,
        Optional.empty());
  }
}
