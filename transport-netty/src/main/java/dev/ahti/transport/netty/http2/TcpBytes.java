package dev.ahti.transport.netty.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/** Counts what a connection moves over TCP, with TLS and its handshake: below all else. */
public final class TcpBytes extends ChannelDuplexHandler {
  // Loop only.
  private long sent;
  private long received;

  /** For one channel, as the first handler of its pipeline. */
  public TcpBytes() {}

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      received += bytes.readableBytes();
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      sent += bytes.readableBytes();
    }
    ctx.write(message, promise);
  }

  /** Bytes that were handed to the socket. */
  long sent() {
    return sent;
  }

  /** Bytes that came out of it. */
  long received() {
    return received;
  }
}
