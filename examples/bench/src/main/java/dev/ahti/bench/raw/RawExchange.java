package dev.ahti.bench.raw;

import dev.ahti.bench.BenchException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.quic.QuicStreamFrame;
import java.util.concurrent.CompletableFuture;

/** A client's handler on one stream: an end before the result is a failure of the result. */
abstract class RawExchange<T> extends SimpleChannelInboundHandler<QuicStreamFrame> {
  private final CompletableFuture<T> result;

  RawExchange(CompletableFuture<T> result) {
    this.result = result;
  }

  /** Gives the result; the first one counts. */
  final void complete(T value) {
    result.complete(value);
  }

  final void fail(Throwable cause) {
    result.completeExceptionally(cause);
  }

  @Override
  public final void handlerAdded(ChannelHandlerContext context) {
    RawStreams.configure(context);
  }

  @Override
  public final void channelInactive(ChannelHandlerContext context) {
    if (!result.isDone()) {
      fail(new BenchException("the stream ended before its exchange did"));
    }
    context.fireChannelInactive();
  }

  @Override
  public final void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail(cause);
    context.close();
  }
}
