package dev.ahti.wtspec;

import java.util.Arrays;
import java.util.HexFormat;

/** Takes apart what came on a stream, in the order in which it came; waits up to ten seconds. */
abstract class RawReading {
  /** What the end of the other side's half is called. */
  static final String FIN = "FIN";

  private byte[] rest = new byte[0];

  RawReading() {}

  /** The next bytes, or how the stream ended as a text. */
  abstract Object take();

  /**
   * The next so many bytes, in hexadecimal digits.
   *
   * @throws AssertionError if the stream ends before, or too few come
   */
  public String bytes(int count) {
    byte[] all = rest;
    while (all.length < count) {
      Object next = take();
      if (!(next instanceof byte[] more)) {
        throw new AssertionError(next + " after " + HexFormat.of().formatHex(all));
      }
      int length = all.length;
      all = Arrays.copyOf(all, length + more.length);
      System.arraycopy(more, 0, all, length, more.length);
    }
    rest = Arrays.copyOfRange(all, count, all.length);
    return HexFormat.of().formatHex(all, 0, count);
  }

  /** The next number of QUIC's (RFC 9000 16). */
  public long number() {
    String first = bytes(1);
    int head = Integer.parseInt(first, 16);
    int length = 1 << (head >> 6);
    long tail = length == 1 ? 0 : Long.parseLong(bytes(length - 1), 16);
    return (long) (head & 0x3f) << 8 * (length - 1) | tail;
  }

  /**
   * The payload of the next frame, which must be of this type; a capsule has the same shape.
   *
   * @throws AssertionError if it is of another type or longer than 64 KiB
   */
  public String frame(long type) {
    long got = number();
    if (got != type) {
      throw new AssertionError(
          "frame of type 0x"
              + Long.toHexString(got)
              + " (expected: 0x"
              + Long.toHexString(type)
              + ")");
    }
    long length = number();
    if (length > 1 << 16) {
      throw new AssertionError("a frame of " + length + " bytes");
    }
    return bytes((int) length);
  }

  /** How it ended, after whatever bytes: "FIN" or "RESET 0x…". */
  public String end() {
    Object next;
    do {
      next = take();
    } while (!(next instanceof String));
    return (String) next;
  }
}
