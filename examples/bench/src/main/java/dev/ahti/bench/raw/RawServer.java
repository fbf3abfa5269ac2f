package dev.ahti.bench.raw;

import dev.ahti.bench.Behaviour;
import dev.ahti.bench.BenchException;
import dev.ahti.bench.BenchServer;
import dev.ahti.webtransport.server.ServerCertificate;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.Arrays;

/** A QUIC server whose ALPN name chooses the {@link Behaviour}. */
final class RawServer implements BenchServer {
  private final EventLoopGroup loop;
  private final Channel udp;
  private final X509Certificate certificate;

  private RawServer(EventLoopGroup loop, Channel udp, X509Certificate certificate) {
    this.loop = loop;
    this.udp = udp;
    this.certificate = certificate;
  }

  static RawServer open() {
    ServerCertificate identity = ServerCertificate.selfSigned("localhost", "127.0.0.1");
    X509Certificate certificate = identity.chain().get(0);
    QuicSslContext tls =
        QuicSslContextBuilder.forServer(identity.key(), null, certificate)
            .applicationProtocols(
                Arrays.stream(Behaviour.values()).map(Behaviour::label).toArray(String[]::new))
            .build();
    EventLoopGroup loop = RawOptions.oneLoop();
    ChannelHandler codec =
        RawOptions.apply(new QuicServerCodecBuilder())
            .sslContext(tls)
            .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, RawOptions.segments())
            .handler(new RawDatagramEcho())
            .streamHandler(new StreamStart())
            .build();
    ChannelFuture bound =
        RawOptions.udp(loop)
            .handler(codec)
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Waits.result(bound, "binding the raw server");
    return new RawServer(loop, bound.channel(), certificate);
  }

  @Override
  public int port() {
    return ((InetSocketAddress) udp.localAddress()).getPort();
  }

  @Override
  public X509Certificate certificate() {
    return certificate;
  }

  @Override
  public void close() {
    Waits.result(udp.close(), "closing the raw server");
    Waits.stop(loop);
  }

  /** Puts the handler of the connection's behaviour on each stream. */
  @ChannelHandler.Sharable
  private static final class StreamStart extends ChannelInitializer<QuicStreamChannel> {
    @Override
    protected void initChannel(QuicStreamChannel stream) {
      RawStreams.configure(stream);
      stream.pipeline().addLast(handler(stream.parent()));
    }

    private static ChannelHandler handler(QuicChannel connection) {
      String label = String.valueOf(connection.sslEngine().getApplicationProtocol());
      return switch (label) {
        case "echo" -> new RawStreamEcho();
        case "sink" -> new RawSink();
        case "source" -> new RawSource();
        default -> throw new BenchException("no behaviour is called " + label);
      };
    }
  }
}
