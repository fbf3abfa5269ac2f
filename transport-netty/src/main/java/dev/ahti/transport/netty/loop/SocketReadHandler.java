package dev.ahti.transport.netty.loop;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * The first handler of a UDP channel: tells the loop while this socket is read. What comes to the
 * handlers behind it outside of that was read by another loop's socket and handed on.
 */
public final class SocketReadHandler extends ChannelInboundHandlerAdapter {
  private final NettyLoop loop;

  /** For one UDP channel on this loop. */
  public SocketReadHandler(NettyLoop loop) {
    this.loop = loop;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object packet) {
    loop.socketReads(true);
    ctx.fireChannelRead(packet);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    try {
      ctx.fireChannelReadComplete();
    } finally {
      loop.socketReads(false);
    }
  }
}
