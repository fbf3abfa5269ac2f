package dev.ahti.bench.raw;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Sends each datagram back; one flush for a read batch. */
@ChannelHandler.Sharable
final class RawDatagramEcho extends ChannelInboundHandlerAdapter {
  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof io.netty.buffer.ByteBuf datagram) {
      context.write(datagram, context.voidPromise());
    } else {
      context.fireChannelRead(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
    context.fireChannelReadComplete();
  }
}
