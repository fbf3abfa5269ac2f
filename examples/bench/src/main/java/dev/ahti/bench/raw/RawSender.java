package dev.ahti.bench.raw;

import dev.ahti.bench.Pattern;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.util.LeakPresenceDetector;

/** Writes the pattern while the stream is writable; FIN rides on the last write. */
final class RawSender extends ChannelInboundHandlerAdapter {
  /** Kept for ever, so nobody counts it among those to be given back. */
  private static final ByteBuf PATTERN =
      LeakPresenceDetector.staticInitializer(RawSender::directPattern);

  private final long total;
  private long sent;

  RawSender(long total) {
    this.total = total;
  }

  private static ByteBuf directPattern() {
    ByteBuf pattern = Unpooled.directBuffer(Pattern.SIZE, Pattern.SIZE);
    for (int at = 0; at < Pattern.SIZE; at += Pattern.CHUNK) {
      pattern.writeBytes(Pattern.chunk(at));
    }
    return Unpooled.unreleasableBuffer(pattern.asReadOnly());
  }

  /** Starts writing on {@code context}, on its event loop. */
  void start(ChannelHandlerContext context) {
    boolean wrote = false;
    while (sent < total && context.channel().isWritable()) {
      int length = (int) Math.min(Pattern.CHUNK, total - sent);
      ByteBuf chunk = PATTERN.slice((int) (sent % Pattern.SIZE), length);
      sent += length;
      context.write(new DefaultQuicStreamFrame(chunk, sent == total));
      wrote = true;
    }
    if (wrote) {
      context.flush();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    start(context);
    context.fireChannelActive();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    start(context);
    context.fireChannelWritabilityChanged();
  }
}
