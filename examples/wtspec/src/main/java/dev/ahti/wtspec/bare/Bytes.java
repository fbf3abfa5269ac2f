package dev.ahti.wtspec.bare;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** Bytes put together and taken apart: lengths of one, two and three bytes, and QUIC's numbers. */
final class Bytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static byte[] join(byte[]... parts) {
    Bytes all = new Bytes();
    for (byte[] part : parts) {
      all.add(part);
    }
    return all.get();
  }

  Bytes add(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** The lowest bytes of a number, so many of them. */
  Bytes number(long value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      out.write((int) (value >>> shift));
    }
    return this;
  }

  /** These bytes behind their length in so many bytes. */
  Bytes vector(int lengthBytes, byte[] bytes) {
    return number(bytes.length, lengthBytes).add(bytes);
  }

  Bytes text(int lengthBytes, String text) {
    return vector(lengthBytes, text.getBytes(StandardCharsets.US_ASCII));
  }

  byte[] get() {
    return out.toByteArray();
  }

  static byte[] take(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  /** A vector with a length of so many bytes. */
  static ByteBuffer vector(ByteBuffer in, int lengthBytes) {
    int length = 0;
    for (int i = 0; i < lengthBytes; i++) {
      length = length << 8 | in.get() & 0xff;
    }
    return ByteBuffer.wrap(take(in, length));
  }

  /** A number of QUIC's (RFC 9000 16). */
  static long number(ByteBuffer in) {
    int first = in.get() & 0xff;
    long value = first & 0x3f;
    for (int more = (1 << (first >> 6)) - 1; more > 0; more--) {
      value = value << 8 | in.get() & 0xff;
    }
    return value;
  }

  static byte[] xor(byte[] left, byte[] right) {
    byte[] both = Arrays.copyOf(left, left.length);
    for (int i = 0; i < both.length; i++) {
      both[i] ^= right[i];
    }
    return both;
  }
}
