package dev.ahti.transport.netty;

import dev.ahti.engine.wire.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.HexFormat;
import java.util.Map;

/**
 * Reads field sections without a dynamic table (RFC 9204 4.5). Only the entries of the static table
 * that these tests meet; letters in Huffman's code go through Netty's HPACK, which has the same.
 */
final class RawFields {
  private static final Map<Integer, String> NAMES =
      Map.of(0, ":authority", 1, ":path", 15, ":method", 23, ":scheme", 90, "origin");
  private static final Map<Integer, String> INDEXED =
      Map.ofEntries(
          Map.entry(1, ":path /"),
          Map.entry(15, ":method CONNECT"),
          Map.entry(23, ":scheme https"),
          Map.entry(25, ":status 200"),
          Map.entry(27, ":status 404"),
          Map.entry(68, ":status 403"));

  private final byte[] bytes;
  private int at;

  private RawFields(String hex) {
    bytes = HexFormat.of().parseHex(hex);
  }

  /** The payload of the next frame, which must be of this type (below 64). */
  static String frame(RawPeer.RawStream stream, int type) {
    String got = stream.bytes(1);
    if (Integer.parseInt(got, 16) != type) {
      throw new AssertionError("frame of type " + got + " (expected: " + type + ")");
    }
    int length = Integer.parseInt(stream.bytes(1), 16);
    if (length >= 0x80) {
      throw new AssertionError("a frame above 16 KiB");
    }
    if (length >= 0x40) {
      length = (length & 0x3f) << 8 | Integer.parseInt(stream.bytes(1), 16);
    }
    return stream.bytes(length);
  }

  /** The fields of the next frame, which must be HEADERS. */
  static Fields headers(RawPeer.RawStream stream) {
    return new RawFields(frame(stream, 0x01)).section();
  }

  private Fields section() {
    if (bytes[0] != 0 || bytes[1] != 0) {
      throw new AssertionError("a dynamic table");
    }
    at = 2;
    Fields fields = Fields.empty();
    while (at < bytes.length) {
      fields = line(fields);
    }
    return fields;
  }

  private Fields line(Fields fields) {
    int first = bytes[at];
    if ((first & 0xc0) == 0xc0) {
      int index = integer(6);
      String[] entry = known(INDEXED, index).split(" ", 2);
      return fields.with(entry[0], entry[1]);
    }
    if ((first & 0xd0) == 0x50) {
      int index = integer(4);
      String name = index >= 24 && index <= 28 || index >= 63 && index <= 71 ? ":status" : null;
      return fields.with(name == null ? known(NAMES, index) : name, text(7));
    }
    if ((first & 0xe0) == 0x20) {
      String name = text(3);
      return fields.with(name, text(7));
    }
    throw new AssertionError("field line 0x" + Integer.toHexString(first & 0xff));
  }

  private static String known(Map<Integer, String> table, int index) {
    String entry = table.get(index);
    if (entry == null) {
      throw new AssertionError("entry " + index + " of the static table");
    }
    return entry;
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
    } while ((next & 0x80) != 0);
    return value;
  }

  private String text(int prefix) {
    boolean huffman = (bytes[at] & 1 << prefix) != 0;
    int length = integer(prefix);
    if (length >= 0x7f) {
      throw new AssertionError("a text of " + length + " bytes");
    }
    ByteBuf hpack = Unpooled.buffer();
    // A literal that is never indexed, with the name "x" (RFC 7541 6.2.3).
    hpack.writeBytes(new byte[] {0x10, 0x01, 'x', (byte) (length | (huffman ? 0x80 : 0))});
    hpack.writeBytes(bytes, at, length);
    at += length;
    try {
      return new DefaultHttp2HeadersDecoder(false).decodeHeaders(1, hpack).get("x").toString();
    } catch (Http2Exception e) {
      throw new AssertionError(e);
    } finally {
      hpack.release();
    }
  }
}
