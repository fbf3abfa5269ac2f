package dev.ahti.bench.raw;

import dev.ahti.bench.BenchException;
import dev.ahti.bench.Receipt;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.quic.QuicStreamFrame;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** Collects a sink's answer. */
final class RawReceiptReader extends RawExchange<Receipt> {
  private final ByteBuffer answer = ByteBuffer.allocate(Receipt.LENGTH);

  RawReceiptReader(CompletableFuture<Receipt> result) {
    super(result);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, QuicStreamFrame frame) {
    int length = frame.content().readableBytes();
    if (length > answer.remaining()) {
      throw new BenchException("the sink's answer is longer than a receipt");
    }
    frame.content().readBytes(answer.limit(answer.position() + length));
    answer.limit(Receipt.LENGTH);
    if (frame.hasFin()) {
      complete(Receipt.decode(answer.flip()));
    }
  }
}
