package dev.ahti.wtspec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Reads a field section without a dynamic table (RFC 9204 4.5). Letters in Huffman's code go
 * through Netty's HPACK, which has the same.
 */
final class FieldSection {
  private static final int LONGEST_TEXT = 16384;

  private final byte[] bytes;
  private int at;

  private FieldSection(String hex) {
    bytes = HexFormat.of().parseHex(hex);
  }

  /**
   * The fields of a section, given in hexadecimal digits.
   *
   * @throws AssertionError if it needs a dynamic table or is broken
   */
  static RawFields decode(String hex) {
    return new FieldSection(hex).section();
  }

  private RawFields section() {
    if (bytes.length < 2 || bytes[0] != 0 || bytes[1] != 0) {
      throw new AssertionError("a dynamic table");
    }
    at = 2;
    List<RawFields.Field> fields = new ArrayList<>();
    while (at < bytes.length) {
      fields.add(line());
    }
    return new RawFields(fields);
  }

  private RawFields.Field line() {
    int first = bytes[at];
    if ((first & 0xc0) == 0xc0) {
      return StaticTable.entry(integer(6));
    }
    if ((first & 0xd0) == 0x50) {
      String name = StaticTable.entry(integer(4)).name();
      return new RawFields.Field(name, text(7));
    }
    if ((first & 0xe0) == 0x20) {
      String name = text(3);
      return new RawFields.Field(name, text(7));
    }
    throw new AssertionError("field line 0x" + Integer.toHexString(first & 0xff));
  }

  private int integer(int prefix) {
    int most = (1 << prefix) - 1;
    int value = bytes[at++] & most;
    if (value < most) {
      return value;
    }
    int shift = 0;
    int next;
    do {
      next = bytes[at++];
      value += (next & 0x7f) << shift;
      shift += 7;
    } while ((next & 0x80) != 0 && shift < 28);
    return value;
  }

  private String text(int prefix) {
    boolean huffman = (bytes[at] & 1 << prefix) != 0;
    int length = integer(prefix);
    if (length > LONGEST_TEXT || length > bytes.length - at) {
      throw new AssertionError("a text of " + length + " bytes");
    }
    ByteBuf hpack = Unpooled.buffer(length + 8);
    try {
      // A literal that is never indexed, with the name "x" (RFC 7541 6.2.3).
      hpack.writeBytes(new byte[] {0x10, 0x01, 'x'});
      int mark = huffman ? 0x80 : 0;
      if (length < 0x7f) {
        hpack.writeByte(mark | length);
      } else {
        hpack.writeByte(mark | 0x7f);
        int left = length - 0x7f;
        while (left >= 128) {
          hpack.writeByte(left % 128 | 0x80);
          left /= 128;
        }
        hpack.writeByte(left);
      }
      hpack.writeBytes(bytes, at, length);
      at += length;
      CharSequence value =
          new DefaultHttp2HeadersDecoder(false, 2 * LONGEST_TEXT).decodeHeaders(1, hpack).get("x");
      return String.valueOf(value);
    } catch (Http2Exception e) {
      throw new AssertionError(e);
    } finally {
      hpack.release();
    }
  }
}
