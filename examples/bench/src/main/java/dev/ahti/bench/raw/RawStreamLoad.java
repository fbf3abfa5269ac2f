package dev.ahti.bench.raw;

import dev.ahti.bench.BenchException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamType;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;

/** Opens short streams, a window of them at a time. On the connection's event loop only. */
final class RawStreamLoad {
  private final CompletableFuture<Done> result = new CompletableFuture<>();
  private final QuicChannel connection;
  private final int count;
  private final int size;
  private int opened;
  private int ended;

  RawStreamLoad(QuicChannel connection, int count, int size) {
    this.connection = connection;
    this.count = count;
    this.size = size;
  }

  CompletableFuture<Done> result() {
    return result;
  }

  void start(int window) {
    for (int i = 0; i < window && opened < count; i++) {
      open();
    }
  }

  private void open() {
    long number = opened++;
    CompletableFuture<Done> one = new CompletableFuture<>();
    one.whenComplete(
        (done, failure) -> {
          if (failure == null) {
            ended();
          } else {
            result.completeExceptionally(failure);
          }
        });
    Waits.failWith(
        result, connection.createStream(QuicStreamType.BIDIRECTIONAL, new One(number, size, one)));
  }

  private void ended() {
    if (++ended == count) {
      result.complete(Done.done());
    } else if (opened < count && !result.isDone()) {
      open();
    }
  }

  private static final class One extends RawExchange<Done> {
    private final long number;
    private final int size;
    private int received;

    One(long number, int size, CompletableFuture<Done> result) {
      super(result);
      this.number = number;
      this.size = size;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      context.writeAndFlush(
          new DefaultQuicStreamFrame(
              context.alloc().directBuffer(size).writeLong(number).writeZero(size - Long.BYTES),
              true));
      context.fireChannelActive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, QuicStreamFrame frame) {
      if (received == 0 && frame.content().readableBytes() >= Long.BYTES) {
        if (frame.content().getLong(frame.content().readerIndex()) != number) {
          throw new BenchException("the echo is not what was sent");
        }
      }
      received += frame.content().readableBytes();
      if (frame.hasFin()) {
        if (received != size) {
          throw new BenchException("an echo of " + received + " bytes (expected: " + size + ")");
        }
        complete(Done.done());
      }
    }
  }
}
