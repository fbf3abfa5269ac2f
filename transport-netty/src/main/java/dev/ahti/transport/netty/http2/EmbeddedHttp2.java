package dev.ahti.transport.netty.http2;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.error.Http2ErrorCode;
import dev.ahti.engine.spi.ConnectionFacts;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.transport.netty.loop.AdoptedLoops;
import dev.ahti.transport.netty.loop.NettyLoop;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2SettingsAckFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands where somebody else's server would have its multiplexer: adds the server's codec before
 * itself and a multiplexer, whose streams are the server's until it makes a session of one, and
 * reads along what concerns the connection.
 */
public final class EmbeddedHttp2 extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedHttp2.class);

  private final Http2Factory factory;
  private final AdoptedLoops loops;
  private final Map<Long, Long> settings;
  private final Supplier<Http2FrameCodec> server;
  private final ChannelHandler requests;
  private final Consumer<Http2Connection> whenWanted;
  private final Consumer<TransportConnection> whenGone;
  private @Nullable Http2Connection connection;
  private @Nullable NettyLoop loop;

  /** Streams that read nothing, and so would never hear that their connection is gone. */
  private final Set<Channel> undecided = new HashSet<>();

  /**
   * For one connection.
   *
   * @param loops finds the loop of a connection
   * @param settings what is announced beside the settings of HTTP/2 itself
   * @param server makes the server's codec; throws what is wrong with how it is set up
   * @param requests the server's handler of its streams
   * @param whenWanted is called on the loop once there is something for the engine
   * @param whenGone is called on the loop when the connection is closed
   */
  public EmbeddedHttp2(
      Http2Factory factory,
      AdoptedLoops loops,
      Map<Long, Long> settings,
      Supplier<Http2FrameCodec> server,
      ChannelHandler requests,
      Consumer<Http2Connection> whenWanted,
      Consumer<TransportConnection> whenGone) {
    this.factory = factory;
    this.loops = loops;
    this.settings = settings;
    this.server = server;
    this.requests = requests;
    this.whenWanted = whenWanted;
    this.whenGone = whenGone;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    try {
      begin(ctx);
    } catch (RuntimeException wrong) {
      LOG.error("{} is closed: {}", ctx.channel().remoteAddress(), wrong.getMessage());
      ctx.channel().close();
    }
  }

  private void begin(ChannelHandlerContext ctx) {
    Channel channel = ctx.channel();
    Http2FrameCodec codec = server.get();
    NettyLoop its = loops.of(channel.eventLoop());
    loop = its;
    factory.connections().add(channel);
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    connection =
        new Http2Connection(
            channel,
            true,
            factory.context(channel, its),
            tls == null ? withoutTls() : Http2Setup.facts(channel, tls.engine()),
            settings,
            Optional.empty(),
            () -> {},
            Optional.of(whenWanted));
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addFirst(new TcpBytes(its));
    pipeline.addBefore(ctx.name(), null, codec);
    pipeline.addBefore(ctx.name(), null, new Http2MultiplexHandler(streams(connection)));
    Http2Setup.widen(codec, factory.limits());
  }

  /** TLS ends before this server, and what did that is trusted to have done it well. */
  private static ConnectionFacts withoutTls() {
    return new ConnectionFacts(
        List.of(), Optional.empty(), Optional.empty(), HttpVersion.HTTP_2, false, true);
  }

  private ChannelInitializer<Channel> streams(Http2Connection open) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel stream) {
        stream
            .pipeline()
            .addLast(
                new Http2Gate(
                    open,
                    undecided,
                    () -> {
                      factory.streams().add(stream);
                      watch(open);
                    }))
            .addLast(requests);
      }
    };
  }

  /** Sees to it that a dead peer is noticed, for as long as the connection has sessions. */
  private void watch(Http2Connection open) {
    NettyLoop its = loop;
    Channel channel = open.channel();
    ChannelPipeline pipeline = channel.pipeline();
    ChannelHandlerContext codec = pipeline.context(Http2FrameCodec.class);
    if (its == null || codec == null || pipeline.get(Http2Idle.class) != null) {
      return;
    }
    pipeline.addBefore(
        codec.name(),
        null,
        new Http2Idle(
            its,
            factory.limits().idleTimeout(),
            factory.limits().keepAlive(),
            open::hasRequests,
            () -> {
              factory.keepAlives().increment();
              channel.writeAndFlush(new DefaultHttp2PingFrame(0));
            },
            () -> {
              if (open.hasRequests()) {
                open.failed(Http2ErrorCode.NO_ERROR, "idle time-out");
                channel.close();
              } else {
                pipeline.remove(Http2Idle.class);
              }
            }));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Http2Connection open = connection;
    if (open != null) {
      if (message instanceof Http2SettingsFrame peers) {
        open.peerSettings(peers.settings());
      } else if (message instanceof Http2SettingsAckFrame) {
        open.settingsAcknowledged();
      } else if (message instanceof Http2GoAwayFrame goAway) {
        open.peerGoAway(
            goAway.lastStreamId(),
            goAway.errorCode(),
            goAway.content().toString(StandardCharsets.UTF_8));
      }
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    List.copyOf(undecided).forEach(Channel::close);
    if (connection != null) {
      connection.closed();
      whenGone.accept(connection);
    }
    ctx.fireChannelInactive();
  }
}
