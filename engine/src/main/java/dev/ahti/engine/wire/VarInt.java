package dev.ahti.engine.wire;

import org.apache.pekko.util.ByteString;

/**
 * Variable-length integers of QUIC (RFC 9000 16): 1, 2, 4 or 8 bytes, the top two bits of the first
 * byte give the length, the others the value in big-endian order.
 *
 * <p>We encode in the shortest form and accept every form, as RFC 9000 lets a sender use a longer
 * one.
 */
public final class VarInt {
  /** The largest value, 2^62-1. */
  public static final long MAX = (1L << 62) - 1;

  /** The longest encoding in bytes. */
  public static final int MAX_LENGTH = 8;

  private VarInt() {}

  /**
   * The number of bytes of the shortest encoding: 1, 2, 4 or 8.
   *
   * @throws IllegalArgumentException if the value is not 0 to {@link #MAX}
   */
  public static int length(long value) {
    if (value < 0 || value > MAX) {
      throw new IllegalArgumentException("value: " + value + " (expected: 0 to 2^62-1)");
    }
    if (value < 1 << 6) {
      return 1;
    }
    if (value < 1 << 14) {
      return 2;
    }
    return value < 1 << 30 ? 4 : 8;
  }

  /** The number of bytes of the encoding that begins with this byte: 1, 2, 4 or 8. */
  public static int lengthOf(byte first) {
    return 1 << ((first & 0xc0) >>> 6);
  }

  /**
   * The shortest encoding of a value.
   *
   * @throws IllegalArgumentException if the value is not 0 to {@link #MAX}
   */
  public static ByteString encode(long value) {
    byte[] bytes = new byte[length(value)];
    put(bytes, 0, value);
    return ByteString.fromArrayUnsafe(bytes);
  }

  /**
   * Writes the shortest encoding into an array.
   *
   * @param at where the first byte goes; {@link #length(long)} bytes must fit
   * @return the index behind the last byte written
   * @throws IllegalArgumentException if the value is not 0 to {@link #MAX}
   */
  public static int put(byte[] dst, int at, long value) {
    int length = length(value);
    for (int i = length - 1, shift = 0; i >= 0; i--, shift += 8) {
      dst[at + i] = (byte) (value >>> shift);
    }
    // 1, 2, 4, 8 bytes are marked 00, 01, 10, 11 in the top bits: the logarithm of the length.
    dst[at] |= (byte) (Integer.numberOfTrailingZeros(length) << 6);
    return at + length;
  }

  /**
   * The value that begins at an index. The caller has checked that all {@link #lengthOf(byte)}
   * bytes are there.
   */
  public static long get(ByteString bytes, int at) {
    byte first = bytes.apply(at);
    long value = first & 0x3f;
    for (int i = 1, length = lengthOf(first); i < length; i++) {
      value = value << 8 | (bytes.apply(at + i) & 0xff);
    }
    return value;
  }

  /** The same as {@link #get(ByteString, int)} over an array. */
  public static long get(byte[] bytes, int at) {
    long value = bytes[at] & 0x3f;
    for (int i = 1, length = lengthOf(bytes[at]); i < length; i++) {
      value = value << 8 | (bytes[at + i] & 0xff);
    }
    return value;
  }

  /** Decodes the value at the start of the bytes. Never malformed. */
  public static DecodeResult<Long> decode(ByteString bytes) {
    if (bytes.isEmpty()) {
      return new DecodeResult.NeedMore<>(1);
    }
    int length = lengthOf(bytes.apply(0));
    return bytes.length() < length
        ? new DecodeResult.NeedMore<>(length)
        : new DecodeResult.Complete<>(get(bytes, 0), bytes.drop(length));
  }
}
