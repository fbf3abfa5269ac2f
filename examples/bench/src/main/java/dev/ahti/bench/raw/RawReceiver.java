package dev.ahti.bench.raw;

import dev.ahti.bench.Receipt;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamFrame;
import java.util.concurrent.CompletableFuture;

/** Asks a source for bytes and checks what comes. */
final class RawReceiver extends RawExchange<Receipt> {
  private final long bytes;
  private final Tally tally = new Tally();

  RawReceiver(long bytes, CompletableFuture<Receipt> result) {
    super(result);
    this.bytes = bytes;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context.writeAndFlush(new DefaultQuicStreamFrame(Unpooled.copyLong(bytes), true));
    context.fireChannelActive();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, QuicStreamFrame frame) {
    tally.add(frame.content());
    if (frame.hasFin()) {
      complete(tally.receipt());
    }
  }
}
