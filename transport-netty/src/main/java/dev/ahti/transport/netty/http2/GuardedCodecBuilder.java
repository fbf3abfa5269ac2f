package dev.ahti.transport.netty.http2;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.transport.netty.http.SkipBudget;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.function.LongSupplier;

/**
 * Builds Netty's codec with a {@link StreamStateGuard} around its decoder, and {@link FreeFrames}.
 */
final class GuardedCodecBuilder extends Http2FrameCodecBuilder {

  private final SkipBudget budget;
  private final LongSupplier clock;
  private final Counter tooLarge;

  /**
   * For one connection.
   *
   * @param budget what the peer may send of frames that cost it no credit
   * @param clock in nanoseconds, that of the budget
   * @param tooLarge counts header sections that are longer than allowed
   */
  GuardedCodecBuilder(boolean server, SkipBudget budget, LongSupplier clock, Counter tooLarge) {
    this.tooLarge = tooLarge;
    this.budget = budget;
    this.clock = clock;
    server(server);
  }

  @Override
  protected Http2FrameCodec build(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
    return super.build(new StreamStateGuard(decoder, budget, clock, tooLarge), encoder, settings);
  }
}
