package dev.ahti.wtspec.proxy;

/**
 * What has gone one way so far. Each packet that came is in exactly one of the four last.
 *
 * @param packets how many came to the proxy
 * @param bytes their UDP payloads, in bytes
 * @param forwarded how many were or will be sent on
 * @param lost how many were lost by chance
 * @param blackedOut how many a black-out swallowed
 * @param queueFull how many found no room
 */
public record Counters(
    long packets, long bytes, long forwarded, long lost, long blackedOut, long queueFull) {

  /** How many did not arrive. */
  public long dropped() {
    return packets - forwarded;
  }
}
