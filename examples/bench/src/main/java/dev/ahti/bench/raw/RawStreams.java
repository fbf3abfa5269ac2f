package dev.ahti.bench.raw;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.quic.QuicStreamChannel;

/** The stream options of both sides. */
final class RawStreams {
  private RawStreams() {}

  /** Sets the options; reads come as frames, so that FIN can travel with data. */
  static void configure(ChannelHandlerContext context) {
    // Not as channel options: those do not reach streams we open ourselves, and Netty logs
    // READ_FRAMES as an unknown option, for each stream, after it has applied it.
    configure((QuicStreamChannel) context.channel());
  }

  static void configure(QuicStreamChannel stream) {
    stream.config().setReadFrames(true);
    stream.config().setRecvByteBufAllocator(RawOptions.streamReads());
  }
}
