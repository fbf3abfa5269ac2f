package dev.ahti.bench.raw;

import dev.ahti.bench.Behaviour;
import dev.ahti.bench.BenchClient;
import dev.ahti.bench.BenchSession;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Opens a UDP channel and a QUIC connection for each session, all on one event loop. */
final class RawClient implements BenchClient {
  private final InetSocketAddress server;
  private final X509Certificate certificate;
  private final EventLoopGroup loop = RawOptions.oneLoop();

  RawClient(int port, X509Certificate certificate) {
    this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.certificate = certificate;
  }

  @Override
  public CompletionStage<BenchSession> open(Behaviour behaviour) {
    QuicSslContext tls =
        QuicSslContextBuilder.forClient()
            .trustManager(certificate)
            .endpointIdentificationAlgorithm("")
            .applicationProtocols(behaviour.label())
            .build();
    ChannelHandler codec = RawOptions.apply(new QuicClientCodecBuilder()).sslContext(tls).build();
    CompletableFuture<BenchSession> opened = new CompletableFuture<>();
    ChannelFuture bound =
        RawOptions.udp(loop)
            .handler(codec)
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Waits.failWith(opened, bound);
    bound.addListener(
        done -> {
          if (done.isSuccess()) {
            connect(bound.channel(), opened);
          }
        });
    return opened;
  }

  private void connect(Channel udp, CompletableFuture<BenchSession> opened) {
    RawDatagramLoad datagrams = new RawDatagramLoad();
    var connecting =
        QuicChannel.newBootstrap(udp)
            .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, RawOptions.segments())
            .handler(datagrams)
            .streamHandler(new ChannelInboundHandlerAdapter())
            .remoteAddress(server)
            .connect();
    connecting.addListener(
        done -> {
          if (done.isSuccess()) {
            opened.complete(new RawSession(udp, connecting.getNow(), datagrams));
          } else {
            udp.close();
            opened.completeExceptionally(done.cause());
          }
        });
  }

  @Override
  public void close() {
    Waits.stop(loop);
  }
}
