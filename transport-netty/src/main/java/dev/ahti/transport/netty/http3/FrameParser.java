package dev.ahti.transport.netty.http3;

import dev.ahti.engine.wire.VarInt;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Cuts the bytes of a control or request stream into frames (RFC 9114 7.1), however they arrive.
 *
 * <p>It decides on the whole 62 bits of type and length: Netty's codec casts both, and would take
 * the unknown type 2^32 for DATA.
 */
final class FrameParser {

  /** What is to become of a frame. */
  enum Treatment {
    /** Its payload is wanted in one piece; the one who says so has checked the length. */
    WHOLE,
    /** Its payload is wanted as it comes. */
    PIECES,
    /** Its payload is of no interest. */
    SKIP,
    /** Nothing of this stream is wanted any more. */
    STOP
  }

  /** Whom the frames are told. */
  interface Sink {

    /** A frame begins. */
    Treatment begins(long type, long length);

    /** A part of the payload of a frame that is wanted in pieces; the buffer stays the caller's. */
    void piece(ByteBuf bytes);

    /** So many bytes of a frame of no interest have passed, its head counted. */
    void skipped(long bytes);

    /** The payload of a frame that is wanted whole; the buffer stays the caller's. */
    void whole(long type, ByteBuf payload);
  }

  private static final byte[] NOTHING = {};

  private final Sink sink;
  private final byte[] head = new byte[2 * VarInt.MAX_LENGTH];
  private int headLength;
  private long type;
  private long left;
  private Treatment treatment = Treatment.SKIP;
  private byte[] collected = NOTHING;
  private int collectedLength;

  FrameParser(Sink sink) {
    this.sink = sink;
  }

  /** Whether the bytes so far end with a frame: a stream may finish here only. */
  boolean atBoundary() {
    return headLength == 0 && left == 0;
  }

  /** Takes all bytes of the buffer, which stays the caller's. */
  void feed(ByteBuf in) {
    while (in.isReadable() && treatment != Treatment.STOP) {
      if (left > 0) {
        payload(in);
      } else {
        head(in);
      }
    }
  }

  private void head(ByteBuf in) {
    head[headLength++] = in.readByte();
    int typeLength = VarInt.lengthOf(head[0]);
    if (headLength <= typeLength || headLength < typeLength + VarInt.lengthOf(head[typeLength])) {
      return;
    }
    int length = headLength;
    headLength = 0;
    type = VarInt.get(head, 0);
    left = VarInt.get(head, typeLength);
    treatment = sink.begins(type, left);
    if (treatment == Treatment.SKIP) {
      sink.skipped(length);
    } else if (treatment == Treatment.WHOLE) {
      collected = new byte[Math.toIntExact(left)];
      collectedLength = 0;
      if (left == 0) {
        sink.whole(type, Unpooled.EMPTY_BUFFER);
      }
    }
  }

  private void payload(ByteBuf in) {
    int length = (int) Math.min(in.readableBytes(), left);
    left -= length;
    switch (treatment) {
      case PIECES -> sink.piece(in.readSlice(length));
      case WHOLE -> {
        in.readBytes(collected, collectedLength, length);
        collectedLength += length;
        if (left == 0) {
          ByteBuf payload = Unpooled.wrappedBuffer(collected);
          collected = NOTHING;
          sink.whole(type, payload);
        }
      }
      case SKIP -> {
        in.skipBytes(length);
        sink.skipped(length);
      }
      case STOP -> in.skipBytes(length);
    }
  }
}
