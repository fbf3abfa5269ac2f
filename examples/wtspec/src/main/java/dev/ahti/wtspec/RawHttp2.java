package dev.ahti.wtspec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** HTTP/2 by hand, in hexadecimal digits (RFC 9113, RFC 7541). */
public final class RawHttp2 {
  /** What a client says first (RFC 9113 3.4). */
  public static final String PREFACE = RawHttp.hex("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

  private RawHttp2() {}

  /** The payload of a SETTINGS frame. */
  public static String settings(Map<Integer, Long> settings) {
    StringBuilder payload = new StringBuilder();
    new TreeMap<>(settings)
        .forEach((id, value) -> payload.append(String.format("%04x%08x", id, value)));
    return payload.toString();
  }

  /** The settings of a SETTINGS frame's payload, by their ids. */
  static Map<Integer, Long> settings(String payload) {
    Map<Integer, Long> settings = new TreeMap<>();
    for (int at = 0; at < payload.length(); at += 12) {
      settings.put(
          Integer.parseInt(payload, at, at + 4, 16),
          Long.parseLong(payload.substring(at + 4, at + 12), 16));
    }
    return settings;
  }

  /** A number of 32 bits. */
  public static String number(long value) {
    return HexFormat.of().toHexDigits(value, 8);
  }

  /**
   * A header block: literal names and values without indexing, no Huffman code (RFC 7541 6.2.2).
   */
  public static String headerBlock(RawFields fields) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (RawFields.Field field : fields.fields()) {
      block.write(0);
      text(block, field.name());
      text(block, field.value());
    }
    return HexFormat.of().formatHex(block.toByteArray());
  }

  private static void text(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length < 127) {
      out.write(bytes.length);
    } else {
      out.write(127);
      int left = bytes.length - 127;
      while (left >= 128) {
        out.write(left % 128 | 0x80);
        left /= 128;
      }
      out.write(left);
    }
    out.writeBytes(bytes);
  }
}
