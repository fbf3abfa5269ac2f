package dev.ahti.transport.netty.http3;

import dev.ahti.engine.wire.VarInt;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

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

  /** Bytes that are held room for at least, so that the first few cost one array. */
  private static final int SMALLEST = 256;

  private final Sink sink;
  private final byte[] head = new byte[2 * VarInt.MAX_LENGTH];
  private int headLength;
  private long type;
  private long left;
  private Treatment treatment = Treatment.SKIP;
  private int whole;
  private byte[] collected = NOTHING;
  private int collectedLength;

  FrameParser(Sink sink) {
    this.sink = sink;
  }

  /** Whether the bytes so far end with a frame: a stream may finish here only. */
  boolean atBoundary() {
    return headLength == 0 && left == 0;
  }

  /** Bytes of memory that an unfinished frame takes. */
  int held() {
    return collected.length;
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
      whole = Math.toIntExact(left);
      if (whole == 0) {
        sink.whole(type, Unpooled.EMPTY_BUFFER);
      }
    }
  }

  private void payload(ByteBuf in) {
    int length = (int) Math.min(in.readableBytes(), left);
    left -= length;
    switch (treatment) {
      case PIECES -> sink.piece(in.readSlice(length));
      case WHOLE -> collect(in, length);
      case SKIP -> {
        in.skipBytes(length);
        sink.skipped(length);
      }
      case STOP -> in.skipBytes(length);
    }
  }

  /** What is held grows with what has come: the length alone is a claim that costs nothing. */
  private void collect(ByteBuf in, int length) {
    if (length == whole) {
      sink.whole(type, in.readSlice(length));
      return;
    }
    int longer = collectedLength + length;
    if (longer > collected.length) {
      int size = Math.max(Math.max(longer, 2 * collected.length), SMALLEST);
      collected = Arrays.copyOf(collected, Math.min(size, whole));
    }
    in.readBytes(collected, collectedLength, length);
    collectedLength = longer;
    if (left == 0) {
      ByteBuf payload = Unpooled.wrappedBuffer(collected, 0, whole);
      collected = NOTHING;
      collectedLength = 0;
      sink.whole(type, payload);
    }
  }
}
