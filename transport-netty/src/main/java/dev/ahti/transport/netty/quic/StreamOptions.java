package dev.ahti.transport.netty.quic;

import io.netty.handler.codec.quic.QuicStreamChannel;

/** How the channels of streams are set, whoever opened them. */
public final class StreamOptions {
  private StreamOptions() {}

  /** Reads only when asked to, one buffer at a time. */
  public static void apply(QuicStreamChannel channel, PortContext context) {
    channel.config().setAutoRead(false).setRecvByteBufAllocator(context.reads());
  }
}
