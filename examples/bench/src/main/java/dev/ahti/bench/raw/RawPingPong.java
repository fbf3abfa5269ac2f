package dev.ahti.bench.raw;

import dev.ahti.bench.BenchException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamFrame;
import java.util.concurrent.CompletableFuture;

/** One message at a time, each a number and padding; the next leaves when the echo is whole. */
final class RawPingPong extends RawExchange<long[]> {
  private final long[] nanos;
  private final int size;
  private int done;
  private int received;
  private long sentAt;

  RawPingPong(int count, int size, CompletableFuture<long[]> result) {
    super(result);
    this.nanos = new long[count];
    this.size = size;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    send(context);
    context.fireChannelActive();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, QuicStreamFrame frame) {
    if (frame.content().isReadable()) {
      if (received == 0 && frame.content().getByte(frame.content().readerIndex()) != (byte) done) {
        throw new BenchException("the echo is not what was sent");
      }
      received += frame.content().readableBytes();
    }
    if (received == size) {
      nanos[done++] = System.nanoTime() - sentAt;
      received = 0;
      if (done == nanos.length) {
        context.writeAndFlush(new DefaultQuicStreamFrame(context.alloc().buffer(0), true));
        complete(nanos);
      } else {
        send(context);
      }
    }
  }

  private void send(ChannelHandlerContext context) {
    sentAt = System.nanoTime();
    context.writeAndFlush(context.alloc().directBuffer(size).writeByte(done).writeZero(size - 1));
  }
}
