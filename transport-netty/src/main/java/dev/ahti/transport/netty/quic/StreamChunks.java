package dev.ahti.transport.netty.quic;

import dev.ahti.engine.wire.VarInt;
import dev.ahti.transport.netty.loop.OutboundHalf;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * What each write of a stream carries: the stream's header before all, then payload, in a frame
 * where the stream has frames. One direct buffer a write. Loop only.
 */
final class StreamChunks {
  private static final byte DATA_FRAME = 0x00;

  private final ChannelHandlerContext ctx;
  private final OutboundHalf out;
  private final Framing framing;
  private @Nullable ByteString header;
  private int taken;

  /**
   * @param header what goes out before everything else; empty for none
   */
  StreamChunks(ChannelHandlerContext ctx, OutboundHalf out, Framing framing, ByteString header) {
    this.ctx = ctx;
    this.out = out;
    this.framing = framing;
    this.header = header.isEmpty() ? null : header;
  }

  /** Whether the header was not written yet. */
  boolean hasHeader() {
    return header != null;
  }

  /** Bytes of the header, until it is written. */
  int headerLength() {
    return header == null ? 0 : header.length();
  }

  /** What goes around the payload of the next write at most. */
  int overhead() {
    return framing.overhead() + headerLength();
  }

  /** The header alone; there must be one. */
  ByteBuf header() {
    ByteBuf bytes = ctx.alloc().directBuffer(headerLength());
    putHeader(bytes);
    return bytes;
  }

  /**
   * The next write, with so much payload at most; it is empty when there is nothing to write.
   *
   * @param length bytes
   */
  ByteBuf next(int length) {
    ByteBuf bytes = ctx.alloc().directBuffer(overhead() + length);
    putHeader(bytes);
    taken = framing == Framing.NONE ? out.take(bytes, length) : frame(bytes, length);
    return bytes;
  }

  /** How much payload is in what {@link #next} gave last. */
  int taken() {
    return taken;
  }

  private void putHeader(ByteBuf bytes) {
    if (header != null) {
      bytes.writeBytes(header.asByteBuffer());
      header = null;
    }
  }

  private int frame(ByteBuf bytes, int length) {
    int start = bytes.writerIndex();
    int payload = start + framing.overhead();
    bytes.writerIndex(payload);
    int framed = out.take(bytes, length);
    if (framed == 0) {
      bytes.writerIndex(start);
      return 0;
    }
    byte[] frame = new byte[framing.overhead()];
    frame[0] = DATA_FRAME;
    int frameLength = VarInt.put(frame, 1, framed);
    // The frame's head is as short as its length allows: it stands right before the payload.
    bytes.setBytes(payload - frameLength, frame, 0, frameLength);
    bytes.readerIndex(payload - frameLength);
    return framed;
  }
}
