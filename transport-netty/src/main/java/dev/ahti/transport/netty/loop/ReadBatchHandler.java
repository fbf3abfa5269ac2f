package dev.ahti.transport.netty.loop;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Stands before the QUIC codec of a UDP channel and tells the loop where a read batch begins and
 * ends, so that tasks run before the codec sends.
 */
public final class ReadBatchHandler extends ChannelInboundHandlerAdapter {
  private final NettyLoop loop;

  /** For one UDP channel on this loop. */
  public ReadBatchHandler(NettyLoop loop) {
    this.loop = loop;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object packet) {
    loop.beginRead(ctx);
    ctx.fireChannelRead(packet);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    loop.endRead(ctx);
  }
}
