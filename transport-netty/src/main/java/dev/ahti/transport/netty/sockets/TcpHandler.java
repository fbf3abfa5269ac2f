package dev.ahti.transport.netty.sockets;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;

/** From Netty's events of a TCP channel to its port. */
final class TcpHandler extends ChannelInboundHandlerAdapter {
  private final TcpPort port;

  TcpHandler(TcpPort port) {
    this.port = port;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      port.received((ByteBuf) message);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    port.readComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      port.writable();
    }
  }

  /** After an error of the connection as well, which was told before and then is the end. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      port.inputFinished();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    port.failed(cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    port.lost("the socket was closed");
  }
}
