package dev.ahti.wtspec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** HTTP/3 by hand, in hexadecimal digits (RFC 9000 16, RFC 9114 7.1, RFC 9204 4.5). */
public final class RawHttp {
  /** A control stream with no settings. */
  public static final String CONTROL = "00" + "0400";

  private RawHttp() {}

  /** A number of 62 bits as QUIC writes it, in the shortest form. */
  public static String number(long value) {
    if (value < 1L << 6) {
      return number(value, 1);
    } else if (value < 1L << 14) {
      return number(value, 2);
    } else if (value < 1L << 30) {
      return number(value, 4);
    }
    return number(value, 8);
  }

  /**
   * A number as QUIC writes it, in a form of so many bytes, which may be longer than needed.
   *
   * @param bytes 1, 2, 4 or 8
   * @throws IllegalArgumentException if the number does not fit, or there is no such form
   */
  public static String number(long value, int bytes) {
    int bits = bytes * 8 - 2;
    if (Integer.bitCount(bytes) != 1 || bytes > 8 || value < 0 || value >= 1L << bits) {
      throw new IllegalArgumentException(value + " in " + bytes + " bytes");
    }
    long prefixed = (long) Integer.numberOfTrailingZeros(bytes) << bits | value;
    return HexFormat.of().toHexDigits(prefixed, bytes * 2);
  }

  /** A frame: type, length, payload. A capsule (RFC 9297 3.2) has the same shape. */
  public static String frame(long type, String payload) {
    return number(type) + number(payload.length() / 2) + payload;
  }

  /** A DATA frame that holds one capsule. */
  public static String capsule(long type, String payload) {
    return frame(0x00, frame(type, payload));
  }

  /** A HEADERS frame; literal names and values, no Huffman code (RFC 9204 4.5.6). */
  public static String headers(RawFields fields) {
    ByteArrayOutputStream section = new ByteArrayOutputStream();
    section.write(0);
    section.write(0);
    for (RawFields.Field field : fields.fields()) {
      text(section, 0x20, 3, field.name());
      text(section, 0x00, 7, field.value());
    }
    return frame(0x01, HexFormat.of().formatHex(section.toByteArray()));
  }

  private static void text(ByteArrayOutputStream out, int pattern, int prefix, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int most = (1 << prefix) - 1;
    if (bytes.length < most) {
      out.write(pattern | bytes.length);
    } else {
      out.write(pattern | most);
      int left = bytes.length - most;
      while (left >= 128) {
        out.write(left % 128 | 0x80);
        left /= 128;
      }
      out.write(left);
    }
    out.writeBytes(bytes);
  }

  /** Letters as hexadecimal digits. */
  public static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }
}
