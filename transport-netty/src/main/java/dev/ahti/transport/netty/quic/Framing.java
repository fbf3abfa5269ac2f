package dev.ahti.transport.netty.quic;

/** How a port's bytes stand on its QUIC stream. */
public enum Framing {
  /** As they are: the body of a WebTransport stream (draft 4.2, 4.3). */
  NONE(0),

  /** In HTTP/3 DATA frames: the body of a request or response (RFC 9114 7.2.1). */
  DATA_FRAMES(9);

  private final int overhead;

  Framing(int overhead) {
    this.overhead = overhead;
  }

  /** The most bytes that stand before a chunk. */
  int overhead() {
    return overhead;
  }
}
