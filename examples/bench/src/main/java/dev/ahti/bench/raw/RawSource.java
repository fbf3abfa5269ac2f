package dev.ahti.bench.raw;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.quic.QuicStreamFrame;

/** Reads one big-endian long and sends that many bytes of the pattern. */
final class RawSource extends SimpleChannelInboundHandler<QuicStreamFrame> {
  @Override
  protected void channelRead0(ChannelHandlerContext context, QuicStreamFrame frame) {
    // A request of eight bytes comes in one frame: it is the first thing on its stream.
    if (frame.content().readableBytes() >= Long.BYTES) {
      RawSender sender = new RawSender(frame.content().readLong());
      context.pipeline().addLast(sender);
      sender.start(context);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
