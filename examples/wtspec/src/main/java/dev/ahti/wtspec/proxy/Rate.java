package dev.ahti.wtspec.proxy;

/**
 * What a link carries.
 *
 * @param bytesPerSecond above 0; only the payloads of UDP are counted
 * @param queuePackets how many packets wait or are being sent at most; what comes above is dropped
 */
public record Rate(long bytesPerSecond, int queuePackets) {
  public Rate {
    if (bytesPerSecond <= 0) {
      throw new IllegalArgumentException("bytesPerSecond: " + bytesPerSecond + " (expected: > 0)");
    }
    if (queuePackets <= 0) {
      throw new IllegalArgumentException("queuePackets: " + queuePackets + " (expected: > 0)");
    }
  }
}
