package dev.ahti.transport.netty;

import dev.ahti.engine.wire.Fields;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** HTTP/3 by hand, in hexadecimal digits: an oracle that shares no code with the transport. */
final class RawHttp {
  /** A control stream with no settings. */
  static final String CONTROL = "00" + "0400";

  private RawHttp() {}

  /** A frame: type, length, payload. */
  static String frame(long type, String payload) {
    return RawPeer.number(type) + RawPeer.number(payload.length() / 2) + payload;
  }

  /** A HEADERS frame; literal names and values, no Huffman code (RFC 9204 4.5.6). */
  static String headers(Fields fields) {
    ByteArrayOutputStream section = new ByteArrayOutputStream();
    section.write(0);
    section.write(0);
    for (Fields.Field field : fields) {
      text(section, 0x20, 3, field.name());
      text(section, 0x00, 7, field.value());
    }
    return frame(0x01, HexFormat.of().formatHex(section.toByteArray()));
  }

  private static void text(ByteArrayOutputStream out, int pattern, int prefix, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
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
  static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
  }
}
