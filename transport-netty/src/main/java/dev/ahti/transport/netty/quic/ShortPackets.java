package dev.ahti.transport.netty.quic;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.Quic;

/**
 * Stands before the codecs of a listener and drops what is too short to be a packet for it. A first
 * packet comes with at least 1,200 bytes (RFC 9000 14.1), and so does one of a version that we do
 * not speak (5.2.2): neither the codec nor the library look, and would answer some 40 bytes from an
 * address that nobody has proven with a Retry or a Version Negotiation packet of three times as
 * many, or begin a handshake. What is shorter than a connection id is not released by {@code
 * QuicCodecDispatcher}, which throws.
 */
@ChannelHandler.Sharable
public final class ShortPackets extends ChannelInboundHandlerAdapter {
  private static final int LEAST_FIRST = 1200;
  private static final int LONG_HEADER = 0x80;
  private static final int TYPE = 0x30;
  private static final int INITIAL = 0;
  private static final int VERSION_AT = 1;

  private final int localIdLength;
  private final Counter dropped;

  /**
   * For the sockets of listeners.
   *
   * @param localIdLength bytes of the ids that they give
   */
  public ShortPackets(int localIdLength, GaugeRegistry gauges) {
    this.localIdLength = localIdLength;
    this.dropped = gauges.counter(Gauges.PACKETS_TOO_SHORT);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    DatagramPacket packet = (DatagramPacket) message;
    if (isTooShort(packet.content())) {
      dropped.increment();
      packet.release();
    } else {
      ctx.fireChannelRead(packet);
    }
  }

  private boolean isTooShort(ByteBuf payload) {
    int length = payload.readableBytes();
    if (length >= LEAST_FIRST) {
      return false;
    }
    int at = payload.readerIndex();
    if (length == 0 || (payload.getByte(at) & LONG_HEADER) == 0) {
      return length <= localIdLength;
    }
    return length < VERSION_AT + Integer.BYTES
        || (payload.getByte(at) & TYPE) == INITIAL
        || !Quic.isVersionSupported(payload.getInt(at + VERSION_AT));
  }
}
