package dev.ahti.engine.wire;

/** The two kinds of WebTransport streams, with the signal value their first bytes carry. */
public enum StreamKind {
  /** Bytes both ways; the header begins with 0x41 (draft-ietf-webtrans-http3-16 4.3, 9.3). */
  BIDIRECTIONAL(0x41),
  /** Bytes from the opener only; the header begins with 0x54 (4.2, 9.4). */
  UNIDIRECTIONAL(0x54);

  private final long signal;

  StreamKind(long signal) {
    this.signal = signal;
  }

  /** The signal value: a frame type on bidirectional, a stream type on unidirectional streams. */
  public long signal() {
    return signal;
  }
}
