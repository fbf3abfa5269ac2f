package dev.ahti.webtransport;

import dev.ahti.transport.netty.NettyEmbedding;
import dev.ahti.webtransport.server.ServerCertificate;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http3.DefaultHttp3DataFrame;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.http3.Http3ServerConnectionHandler;
import io.netty.handler.codec.http3.Http3SettingsFrame;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Somebody's HTTP server, made with Netty's own bootstrap over the binding whose turn it is. It
 * answers GET with a page of its own and POST with the length of what was sent; what it does with a
 * request for a session is said by the test.
 */
final class NettyHost implements AutoCloseable {
  static final String PAGE = "This is the host.\n";

  final ServerCertificate certificate = ServerCertificate.selfSigned("127.0.0.1", "localhost");

  /** Methods and paths of requests that its own handlers saw, in order. */
  final Queue<String> seen = new ConcurrentLinkedQueue<>();

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Channel socket;
  private final BiConsumer<ChannelHandlerContext, Object> connect;
  private final boolean asksForEachRead;

  /** Whether AUTO_READ was on, at each message of a request that its own handlers saw. */
  final Queue<Boolean> autoReads = new ConcurrentLinkedQueue<>();

  /** What a test may do otherwise. */
  record Habits(
      UnaryOperator<QuicServerCodecBuilder> quic,
      Function<Http3SettingsFrame, Http3SettingsFrame> settings,
      boolean asksForEachRead) {

    Habits(
        UnaryOperator<QuicServerCodecBuilder> quic,
        Function<Http3SettingsFrame, Http3SettingsFrame> settings) {
      this(quic, settings, false);
    }

    static Habits of(NettyEmbedding embedding) {
      return new Habits(embedding::quic, settings -> settings);
    }

    /** Its requests have AUTO_READ off. */
    Habits askingForEachRead() {
      return new Habits(quic, settings, true);
    }
  }

  /**
   * Listens on a free port of 127.0.0.1.
   *
   * @param connect gets a request for a session, on its event loop
   */
  static NettyHost start(
      NettyEmbedding embedding, BiConsumer<ChannelHandlerContext, Object> connect)
      throws Exception {
    return start(embedding, Habits.of(embedding), connect);
  }

  static NettyHost start(
      NettyEmbedding embedding, Habits habits, BiConsumer<ChannelHandlerContext, Object> connect)
      throws Exception {
    return new NettyHost(embedding, habits, connect);
  }

  private NettyHost(
      NettyEmbedding embedding, Habits habits, BiConsumer<ChannelHandlerContext, Object> connect)
      throws Exception {
    this.connect = connect;
    this.asksForEachRead = habits.asksForEachRead();
    socket =
        Bindings.current() == WebTransportHttpVersion.HTTP_3
            ? bindUdp(embedding, habits)
            : bindTcp(embedding);
  }

  private X509Certificate[] chain() {
    return certificate.chain().toArray(new X509Certificate[0]);
  }

  private Channel bindUdp(NettyEmbedding embedding, Habits habits) throws Exception {
    QuicServerCodecBuilder builder =
        Http3.newQuicServerCodecBuilder()
            .sslContext(
                QuicSslContextBuilder.forServer(certificate.key(), null, chain())
                    .applicationProtocols(Http3.supportedApplicationProtocols())
                    .build())
            .maxIdleTimeout(30, TimeUnit.SECONDS)
            .tokenHandler(InsecureQuicTokenHandler.INSTANCE);
    ChannelHandler codec =
        habits
            .quic()
            .apply(builder)
            .handler(
                new ChannelInitializer<QuicChannel>() {
                  @Override
                  protected void initChannel(QuicChannel channel) {
                    connections.add(channel);
                    channel
                        .pipeline()
                        .addLast(
                            embedding.http3(
                                settings ->
                                    new Http3ServerConnectionHandler(
                                        new ChannelInitializer<QuicStreamChannel>() {
                                          @Override
                                          protected void initChannel(QuicStreamChannel stream) {
                                            init(stream, new Http3Requests());
                                          }
                                        },
                                        null,
                                        null,
                                        habits.settings().apply(settings),
                                        true)));
                  }
                })
            .build();
    return new Bootstrap()
        .group(loops)
        .channel(NioDatagramChannel.class)
        .handler(codec)
        .bind(new InetSocketAddress("127.0.0.1", 0))
        .sync()
        .channel();
  }

  private Channel bindTcp(NettyEmbedding embedding) throws Exception {
    SslContext tls =
        SslContextBuilder.forServer(certificate.key(), chain())
            .sslProvider(SslProvider.JDK)
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    ApplicationProtocolNames.HTTP_2))
            .build();
    return new ServerBootstrap()
        .group(loops)
        .channel(NioServerSocketChannel.class)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                connections.add(channel);
                channel
                    .pipeline()
                    .addLast(tls.newHandler(channel.alloc()))
                    .addLast(
                        new ApplicationProtocolNegotiationHandler(ApplicationProtocolNames.HTTP_2) {
                          @Override
                          protected void configurePipeline(
                              ChannelHandlerContext ctx, String protocol) {
                            ctx.pipeline()
                                .addLast(
                                    embedding.http2(
                                        Http2FrameCodecBuilder.forServer(),
                                        new ChannelInitializer<Channel>() {
                                          @Override
                                          protected void initChannel(Channel stream) {
                                            init(stream, new Http2Requests());
                                          }
                                        }));
                          }
                        });
              }
            })
        .bind(new InetSocketAddress("127.0.0.1", 0))
        .sync()
        .channel();
  }

  private void init(Channel stream, ChannelHandler requests) {
    stream.pipeline().addLast(requests);
    if (asksForEachRead) {
      stream.config().setAutoRead(false);
      stream.pipeline().addLast(new AskingForEachRead());
    }
  }

  /** Behind the other handlers. */
  private static final class AskingForEachRead extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      ctx.read();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.read();
    }
  }

  int port() {
    return ((InetSocketAddress) socket.localAddress()).getPort();
  }

  String url(String path) {
    return "https://127.0.0.1:" + port() + path;
  }

  WebTransportOptions trusting() {
    return WebTransportOptions.create()
        .withHttpVersions(Bindings.current())
        .withServerCertificateHashes(certificate.hash());
  }

  private static ByteBuf text(ChannelHandlerContext ctx, String text) {
    return ByteBufUtil.writeUtf8(ctx.alloc(), text);
  }

  private void sawAutoRead(ChannelHandlerContext ctx) {
    autoReads.add(ctx.channel().config().isAutoRead());
  }

  private String answer(String method, int posted) {
    return method.equals("POST") ? posted + " bytes\n" : PAGE;
  }

  private final class Http3Requests extends Http3RequestStreamInboundHandler {
    private String method = "";
    private int posted;

    @Override
    protected void channelRead(ChannelHandlerContext ctx, Http3HeadersFrame frame) {
      method = frame.headers().method().toString();
      seen.add(method + " " + frame.headers().path());
      if (method.equals("CONNECT")) {
        connect.accept(ctx, frame);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      sawAutoRead(ctx);
      ctx.fireChannelReadComplete();
    }

    @Override
    protected void channelRead(ChannelHandlerContext ctx, Http3DataFrame frame) {
      sawAutoRead(ctx);
      posted += frame.content().readableBytes();
      frame.release();
    }

    @Override
    protected void channelInputClosed(ChannelHandlerContext ctx) {
      if (method.equals("CONNECT")) {
        return;
      }
      ctx.write(new DefaultHttp3HeadersFrame(new DefaultHttp3Headers().status("200")));
      ctx.writeAndFlush(new DefaultHttp3DataFrame(text(ctx, answer(method, posted))))
          .addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
    }
  }

  private final class Http2Requests extends ChannelInboundHandlerAdapter {
    private String method = "";
    private int posted;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      try {
        if (message instanceof Http2HeadersFrame frame) {
          method = frame.headers().method().toString();
          seen.add(method + " " + frame.headers().path());
          if (method.equals("CONNECT")) {
            connect.accept(ctx, frame);
          } else if (frame.isEndStream()) {
            answer(ctx);
          }
        } else if (message instanceof Http2DataFrame frame) {
          sawAutoRead(ctx);
          posted += frame.content().readableBytes();
          if (frame.isEndStream()) {
            answer(ctx);
          }
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      sawAutoRead(ctx);
      ctx.fireChannelReadComplete();
    }

    private void answer(ChannelHandlerContext ctx) {
      ctx.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
      ctx.writeAndFlush(
          new DefaultHttp2DataFrame(text(ctx, NettyHost.this.answer(method, posted)), true));
    }
  }

  /** Gives port and threads back; its connections are closed. */
  @Override
  public void close() throws Exception {
    connections.close().sync();
    socket.close().sync();
    loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    loops.terminationFuture().sync();
  }
}
