package dev.ahti.transport.netty.loop;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.quic.QuicAccess;

/** The UDP socket of somebody else's server. */
public final class HostSocket {
  private HostSocket() {}

  /**
   * Adds what tells a loop where a read batch begins and ends, once for each socket. On the loop,
   * which is the socket's own.
   *
   * @throws IllegalStateException when the socket's pipeline has no codec of QUIC
   */
  public static void watch(Channel udp, NettyLoop loop) {
    ChannelPipeline pipeline = udp.pipeline();
    if (pipeline.get(ReadBatchHandler.class) != null) {
      return;
    }
    String codec = QuicAccess.codecIn(pipeline);
    if (codec == null) {
      throw new IllegalStateException("there is no codec of QUIC in the pipeline of " + udp);
    }
    pipeline.addFirst(new SocketReadHandler(loop));
    pipeline.addBefore(codec, null, new ReadBatchHandler(loop));
  }
}
