package dev.ahti.engine.wire;

import org.apache.pekko.util.ByteString;

/** The layout that all capsules share (RFC 9297 3.2). */
final class CapsuleEncoding {
  private CapsuleEncoding() {}

  /** Type and length, in their shortest form. */
  static ByteString header(long type, long length) {
    byte[] header = new byte[VarInt.length(type) + VarInt.length(length)];
    VarInt.put(header, VarInt.put(header, 0, type), length);
    return ByteString.fromArrayUnsafe(header);
  }

  /** A whole capsule. */
  static ByteString whole(long type, ByteString payload) {
    return header(type, payload.length()).concat(payload);
  }

  /** A whole capsule that holds integers alone. */
  static ByteString integers(long type, long... values) {
    int length = 0;
    for (long value : values) {
      length += VarInt.length(value);
    }
    byte[] capsule = new byte[VarInt.length(type) + VarInt.length(length) + length];
    int at = VarInt.put(capsule, VarInt.put(capsule, 0, type), length);
    for (long value : values) {
      at = VarInt.put(capsule, at, value);
    }
    return ByteString.fromArrayUnsafe(capsule);
  }
}
