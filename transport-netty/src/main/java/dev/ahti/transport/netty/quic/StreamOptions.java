package dev.ahti.transport.netty.quic;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.handler.codec.quic.QuicStreamChannel;

/** How the channels of streams are set, whoever opened them. */
public final class StreamOptions {
  /** A short stream's bytes fit, and nothing much is lost if they do not. */
  private static final int FIRST_READ = 2048;

  private static final int SMALLEST_READ = 512;

  private StreamOptions() {}

  /** Reads only when asked to, one buffer at a time. */
  public static void apply(QuicStreamChannel channel, PortContext context) {
    channel.config().setAutoRead(false).setRecvByteBufAllocator(context.reads());
  }

  /**
   * Buffers that grow with what a stream brings, one a read.
   *
   * @param largest bytes of one read at most
   */
  public static RecvByteBufAllocator reads(int largest) {
    return new AdaptiveRecvByteBufAllocator(
            Math.min(SMALLEST_READ, largest), Math.min(FIRST_READ, largest), largest)
        .maxMessagesPerRead(1);
  }
}
