package dev.ahti.transport.netty.http3;

import dev.ahti.engine.error.QpackErrorCode;
import io.netty.buffer.ByteBuf;

/**
 * The peer's QPACK streams. We offer no dynamic table and use none, so nearly every instruction is
 * an error (RFC 9204 sections 4.3, 4.4). The others mean nothing to us, and count as skipped: that
 * is what bounds them.
 */
final class QpackStream {
  /** Set Dynamic Table Capacity, to zero. */
  private static final int CAPACITY_ZERO = 0x20;

  private static final int TOP_BITS = 0xc0;
  private static final int STREAM_CANCELLATION = 0x40;
  private static final int CANCELLATION_PREFIX = 0x3f;
  private static final int MORE = 0x80;

  private final PeerControl connection;
  private final boolean encoder;
  private boolean inNumber;

  /**
   * @param encoder whether it is the peer's encoder stream, or its decoder stream
   */
  QpackStream(PeerControl connection, boolean encoder) {
    this.connection = connection;
    this.encoder = encoder;
  }

  /** More bytes; the buffer stays the caller's. */
  void feed(ByteBuf in) {
    int start = in.readerIndex();
    while (in.isReadable()) {
      if (!isHarmless(in.readUnsignedByte())) {
        connection.skipped(in.readerIndex() - start - 1);
        connection.fail(
            encoder
                ? QpackErrorCode.QPACK_ENCODER_STREAM_ERROR
                : QpackErrorCode.QPACK_DECODER_STREAM_ERROR,
            "QPACK: there is no dynamic table");
        return;
      }
    }
    connection.skipped(in.readerIndex() - start);
  }

  private boolean isHarmless(int next) {
    if (encoder) {
      return next == CAPACITY_ZERO;
    }
    if (inNumber) {
      inNumber = (next & MORE) != 0;
      return true;
    }
    inNumber = (next & CANCELLATION_PREFIX) == CANCELLATION_PREFIX;
    return (next & TOP_BITS) == STREAM_CANCELLATION;
  }
}
