package dev.ahti.transport.netty.http3;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Reads along what the peer says on its control stream, which belongs to somebody else's server: a
 * session needs the peer's SETTINGS.
 */
final class ControlTap extends ChannelInboundHandlerAdapter {
  private final ControlStream control;

  ControlTap(ControlStream control) {
    this.control = control;
  }

  /** Whether the byte that says what the stream is, the first that passes, has been seen. */
  private boolean begun;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf seen = ((ByteBuf) message).duplicate();
    if (!begun) {
      begun = true;
      VarInts.read(seen);
    }
    control.feed(seen);
    ctx.fireChannelRead(message);
  }
}
