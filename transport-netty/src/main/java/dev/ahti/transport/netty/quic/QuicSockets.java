package dev.ahti.transport.netty.quic;

import dev.ahti.engine.spi.CongestionControl;
import dev.ahti.engine.spi.StreamCounts;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.OpenChannels;
import dev.ahti.transport.netty.loop.ReadBatchHandler;
import dev.ahti.transport.netty.loop.SocketReadHandler;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.QLogConfiguration;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Binds UDP sockets and sets up codecs by the settings. Any thread. */
public final class QuicSockets {
  /** The largest that several packets handed over as one can be. */
  private static final int GRO_BYTES = 65535;

  /** Packets taken by one call of recvmmsg where there is no GRO. */
  private static final int PACKETS_A_READ = 16;

  /** Unidirectional streams that are HTTP/3's own: control and QPACK. */
  private static final int OF_HTTP3 = 3;

  private final QuicSettings settings;
  private final boolean epoll;
  private final OpenChannels open;
  private final SocketReads reads;

  /**
   * Sockets by these settings.
   *
   * @param epoll whether the loops are epoll's
   * @param open counts them
   */
  public QuicSockets(QuicSettings settings, boolean epoll, OpenChannels open) {
    this.settings = settings;
    this.epoll = epoll;
    this.open = open;
    this.reads = new SocketReads(readSize(), settings.readsPerBatch());
  }

  /** Whether several sockets can share a port, each on its own loop. */
  public boolean canSharePort() {
    return epoll;
  }

  /**
   * Binds a socket whose packets go to a codec.
   *
   * @param shared whether others share its port
   * @param handlers what stands before the codec, the last of which makes it
   */
  public ChannelFuture bind(
      NettyLoop loop, SocketAddress address, boolean shared, ChannelHandler... handlers) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop.eventLoop())
            .option(ChannelOption.SO_RCVBUF, settings.socketReceiveBuffer())
            .option(ChannelOption.SO_SNDBUF, settings.socketSendBuffer())
            .option(ChannelOption.RECVBUF_ALLOCATOR, reads);
    if (epoll) {
      bootstrap
          .channel(EpollDatagramChannel.class)
          .option(EpollChannelOption.SO_REUSEPORT, shared)
          .option(EpollChannelOption.UDP_GRO, settings.gro())
          .option(
              EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE,
              settings.gro() ? GRO_BYTES : settings.maxUdpPayloadReceived());
    } else {
      bootstrap.channel(NioDatagramChannel.class);
    }
    return bootstrap
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                open.add(channel);
                channel.pipeline().addLast(new SocketReadHandler(loop)).addLast(handlers);
              }
            })
        .bind(address);
  }

  /** Puts a codec behind what tells the loop of read batches. */
  public static void addCodec(Channel udp, NettyLoop loop, ChannelHandler codec) {
    udp.pipeline().addLast(new ReadBatchHandler(loop)).addLast(codec);
  }

  /** The congestion control of a listener or dial that chose this one, or none. */
  public CongestionControl congestionControl(Optional<CongestionControl> chosen) {
    return chosen.orElse(settings.congestionControl());
  }

  /** Where a connection writes its qlog; {@code null} for nowhere. */
  public @Nullable QLogConfiguration qlog(String title) {
    return settings
        .qlogDirectory()
        .map(directory -> new QLogConfiguration(directory, "ahti", title))
        .orElse(null);
  }

  /**
   * Sets what servers' and clients' codecs have in common.
   *
   * @param streams how many streams the peer is expected to have open at a time
   */
  public <B extends QuicCodecBuilder<B>> B configure(
      B codec, CongestionControl congestionControl, StreamCounts streams) {
    return forSessions(codec, streams)
        .maxIdleTimeout(settings.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .maxSendUdpPayloadSize(settings.maxUdpPayload())
        .discoverPmtu(settings.discoverPathMtu())
        .maxRecvUdpPayloadSize(settings.maxUdpPayloadReceived())
        .congestionControlAlgorithm(algorithm(congestionControl));
  }

  /**
   * Sets the transport parameters that sessions need: windows, streams and datagrams.
   *
   * @param streams how many streams the peer is expected to have open at a time
   */
  public <B extends QuicCodecBuilder<B>> B forSessions(B codec, StreamCounts streams) {
    return codec
        .initialMaxData(settings.connectionWindow())
        .initialMaxStreamDataBidirectionalLocal(settings.streamWindow())
        .initialMaxStreamDataBidirectionalRemote(settings.streamWindow())
        .initialMaxStreamDataUnidirectional(settings.streamWindow())
        .initialMaxStreamsBidirectional(
            Math.max(settings.streamsBidirectional(), streams.bidirectional().orElse(0)))
        .initialMaxStreamsUnidirectional(
            Math.max(
                settings.streamsUnidirectional(), streams.unidirectional().orElse(0) + OF_HTTP3))
        .datagram(settings.datagramReceiveQueue(), settings.datagramSendQueue());
  }

  private static QuicCongestionControlAlgorithm algorithm(CongestionControl chosen) {
    return switch (chosen) {
      case RENO -> QuicCongestionControlAlgorithm.RENO;
      case CUBIC -> QuicCongestionControlAlgorithm.CUBIC;
      case BBR -> QuicCongestionControlAlgorithm.BBR;
    };
  }

  /** How packets are handed to the kernel. */
  public SegmentedDatagramPacketAllocator segments() {
    return epoll && settings.gsoSegments() > 0
        ? EpollQuicUtils.newSegmentedAllocator(settings.gsoSegments())
        : SegmentedDatagramPacketAllocator.NONE;
  }

  private int readSize() {
    return epoll && settings.gro()
        ? GRO_BYTES
        : settings.maxUdpPayloadReceived() * (epoll ? PACKETS_A_READ : 1);
  }
}
