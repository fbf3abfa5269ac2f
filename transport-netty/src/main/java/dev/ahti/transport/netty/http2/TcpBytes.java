package dev.ahti.transport.netty.http2;

import dev.ahti.transport.netty.loop.NettyLoop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/** Counts what a connection moves over TCP, with TLS and its handshake: below all else. */
public final class TcpBytes extends ChannelDuplexHandler {
  private final NettyLoop loop;

  // Loop only.
  private long sent;
  private long received;
  private int waiting;
  private long progress;

  /** For one channel on this loop, as the first handler of its pipeline. */
  public TcpBytes(NettyLoop loop) {
    this.loop = loop;
  }

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
    if (waiting++ == 0) {
      progress = loop.nanoTime();
    }
    ctx.write(
        message,
        promise
            .unvoid()
            .addListener(
                written -> {
                  waiting--;
                  progress = loop.nanoTime();
                }));
  }

  /** For how long the socket has taken nothing; negative when nothing waits for it. */
  long stuckNanos(long now) {
    return waiting == 0 ? -1 : now - progress;
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
