package dev.ahti.transport.netty.http3;

import dev.ahti.engine.wire.VarInt;
import io.netty.buffer.ByteBuf;

/** Variable-length integers (RFC 9000 section 16) at the start of a buffer. */
final class VarInts {
  private VarInts() {}

  /** Reads a value, or gives -1 and reads nothing when some of its bytes are missing. */
  static long read(ByteBuf in) {
    if (!in.isReadable()) {
      return -1;
    }
    int length = VarInt.lengthOf(in.getByte(in.readerIndex()));
    if (in.readableBytes() < length) {
      return -1;
    }
    long value = in.readByte() & 0x3f;
    for (int i = 1; i < length; i++) {
      value = (value << 8) | (in.readByte() & 0xff);
    }
    return value;
  }
}
