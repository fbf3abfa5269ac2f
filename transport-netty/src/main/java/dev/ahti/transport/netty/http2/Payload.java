package dev.ahti.transport.netty.http2;

/** Counts what the sessions of one connection send of their own. Loop only. */
final class Payload {
  private long sent;

  /** So many bytes of a stream or of a datagram go, without the header of their capsule. */
  void sending(int bytes) {
    sent += bytes;
  }

  /** All of them so far. */
  long sent() {
    return sent;
  }
}
