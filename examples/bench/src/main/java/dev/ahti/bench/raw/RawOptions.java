package dev.ahti.bench.raw;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The transport options of the raw pair: those of our own transport, read from its configuration,
 * so that the two sides cannot drift apart.
 */
final class RawOptions {
  private static final Config AHTI = ConfigFactory.load().getConfig("ahti.netty");

  private static final boolean EPOLL = AHTI.getBoolean("epoll") && Epoll.isAvailable();
  private static final boolean GRO = EPOLL && AHTI.getBoolean("gro");
  private static final int GRO_BUFFER = 65_535;
  private static final int FIRST_READ = 2_048;
  private static final int SMALLEST_READ = 512;

  /** Our own transport has queues in front of QUIC's, so it needs less of that. */
  private static final int SEND_QUEUE = 256;

  private RawOptions() {}

  static EventLoopGroup oneLoop() {
    return new MultiThreadIoEventLoopGroup(
        1, EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /** A UDP channel's bootstrap with our socket options. */
  static Bootstrap udp(EventLoopGroup loop) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .option(ChannelOption.SO_RCVBUF, bytes("socket-receive-buffer"))
            .option(ChannelOption.SO_SNDBUF, bytes("socket-send-buffer"))
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(GRO ? GRO_BUFFER : receivedPayload())
                    .maxMessagesPerRead(AHTI.getInt("reads-per-batch")));
    if (!EPOLL) {
      return bootstrap.channel(NioDatagramChannel.class);
    }
    return bootstrap
        .channel(EpollDatagramChannel.class)
        .option(EpollChannelOption.UDP_GRO, GRO)
        .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, GRO ? GRO_BUFFER : receivedPayload());
  }

  /** Segmentation offload where the channel has it. */
  static SegmentedDatagramPacketAllocator segments() {
    int segments = AHTI.getInt("gso-segments");
    return EPOLL && segments > 0
        ? EpollQuicUtils.newSegmentedAllocator(segments)
        : SegmentedDatagramPacketAllocator.NONE;
  }

  /** How a stream's buffers grow. */
  static RecvByteBufAllocator streamReads() {
    return new AdaptiveRecvByteBufAllocator(SMALLEST_READ, FIRST_READ, bytes("read-size"));
  }

  static <B extends QuicCodecBuilder<B>> B apply(B codec) {
    return codec
        .congestionControlAlgorithm(
            QuicCongestionControlAlgorithm.valueOf(
                AHTI.getString("congestion-control").toUpperCase(Locale.ROOT)))
        .maxIdleTimeout(AHTI.getDuration("idle-timeout").toMillis(), TimeUnit.MILLISECONDS)
        .maxSendUdpPayloadSize(AHTI.getInt("max-udp-payload"))
        .maxRecvUdpPayloadSize(receivedPayload())
        .initialMaxData(bytes("connection-window"))
        .initialMaxStreamDataBidirectionalLocal(bytes("stream-window"))
        .initialMaxStreamDataBidirectionalRemote(bytes("stream-window"))
        .initialMaxStreamsBidirectional(AHTI.getInt("streams-bidirectional"))
        .datagram(AHTI.getInt("datagrams.quic-receive-queue"), SEND_QUEUE);
  }

  static Map<String, Object> describe() {
    return AHTI.root().unwrapped();
  }

  private static int receivedPayload() {
    return AHTI.getInt("max-udp-payload-received");
  }

  private static int bytes(String key) {
    return Math.toIntExact(AHTI.getBytes(key));
  }
}
