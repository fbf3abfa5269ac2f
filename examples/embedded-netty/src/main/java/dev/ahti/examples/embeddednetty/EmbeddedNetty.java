package dev.ahti.examples.embeddednetty;

import dev.ahti.transport.netty.NettyEmbedding;
import dev.ahti.webtransport.server.ServerCertificate;
import dev.ahti.webtransport.server.WebTransportServer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ServerConnectionHandler;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * An HTTP/3 server made with Netty's own bootstrap, which answers GET by itself and has
 * WebTransport at {@code /echo}. What is ours of it are the five calls that are numbered.
 *
 * <p>Arguments: the port, 0 for a free one, and the origins whose pages may connect. It prints its
 * address and the hash of its certificate.
 */
public final class EmbeddedNetty {
  private EmbeddedNetty() {}

  /** Runs until it is stopped by a signal. */
  public static void main(String... arguments) throws Exception {
    int port = arguments.length == 0 ? 4433 : Integer.parseInt(arguments[0]);
    String[] origins = new String[Math.max(0, arguments.length - 1)];
    System.arraycopy(arguments, arguments.length - origins.length, origins, 0, origins.length);
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "embedded");

    WebTransportServer.create(system)
        .withName("echo")
        .withOrigins(origins)
        .withRoute("/echo", Echo::serve)
        .embed() // 1
        .toCompletableFuture()
        .get();
    NettyEmbedding embedding = NettyEmbedding.of(system, "echo"); // 2

    ServerCertificate certificate = ServerCertificate.selfSigned("127.0.0.1", "localhost");
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
    Channel udp =
        new Bootstrap()
            .group(loops)
            .channel(NioDatagramChannel.class)
            .handler(codec(embedding, certificate))
            .bind(new InetSocketAddress("127.0.0.1", port))
            .sync()
            .channel();
    system.getWhenTerminated().thenRun(loops::shutdownGracefully);
    System.out.println(
        "https://127.0.0.1:"
            + ((InetSocketAddress) udp.localAddress()).getPort()
            + "/echo "
            + certificate.hash().hex());
  }

  private static ChannelHandler codec(NettyEmbedding embedding, ServerCertificate certificate) {
    QuicSslContext tls =
        QuicSslContextBuilder.forServer(
                certificate.key(), null, certificate.chain().toArray(new X509Certificate[0]))
            .applicationProtocols(Http3.supportedApplicationProtocols())
            .build();
    return embedding
        .quic(Http3.newQuicServerCodecBuilder().sslContext(tls)) // 3
        .tokenHandler(InsecureQuicTokenHandler.INSTANCE)
        .handler(
            new ChannelInitializer<QuicChannel>() {
              @Override
              protected void initChannel(QuicChannel channel) {
                channel
                    .pipeline()
                    .addLast(
                        embedding.http3( // 4
                            settings ->
                                new Http3ServerConnectionHandler(
                                    requests(embedding), null, null, settings, true)));
              }
            })
        .build();
  }

  private static ChannelHandler requests(NettyEmbedding embedding) {
    return new ChannelInitializer<QuicStreamChannel>() {
      @Override
      protected void initChannel(QuicStreamChannel stream) {
        stream.pipeline().addLast(new Requests(embedding));
      }
    };
  }
}
