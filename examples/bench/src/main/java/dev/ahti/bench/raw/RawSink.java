package dev.ahti.bench.raw;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamFrame;

/** Reads a stream to its end and answers with the receipt. */
final class RawSink extends SimpleChannelInboundHandler<QuicStreamFrame> {
  private final Tally tally = new Tally();

  @Override
  protected void channelRead0(ChannelHandlerContext context, QuicStreamFrame frame) {
    tally.add(frame.content());
    if (frame.hasFin()) {
      context.writeAndFlush(
          new DefaultQuicStreamFrame(Unpooled.wrappedBuffer(tally.receipt().encode()), true));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
