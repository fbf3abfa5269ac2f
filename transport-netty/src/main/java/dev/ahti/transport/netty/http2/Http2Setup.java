package dev.ahti.transport.netty.http2;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.error.Http2ErrorCode;
import dev.ahti.engine.spi.ConnectionFacts;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.tls.QuicTls;
import dev.ahti.transport.netty.tls.TcpTls;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProtocols;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the end of a TLS handshake and makes the connection of its channel: Netty's frame codec
 * and multiplexer, with a bound for each flood that HTTP/2 is known for.
 *
 * <p>What the peer sends right behind its handshake is held until the connection is driven.
 */
public final class Http2Setup extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Http2Setup.class);
  private static final String HOLD = "hold";

  private final Http2Factory factory;
  private final NettyLoop loop;
  private final boolean server;
  private final Map<Long, Long> settings;
  private final Optional<String> alternative;
  private final Consumer<Http2Connection> onConnection;

  /**
   * For one channel, behind the handler of TLS.
   *
   * @param server whether this side is the server
   * @param settings the SETTINGS to send beside those of HTTP/2 itself
   * @param alternative where else the server can be reached, for its answers
   * @param onConnection is called on the loop once the handshake is done
   */
  public Http2Setup(
      Http2Factory factory,
      NettyLoop loop,
      boolean server,
      Map<Long, Long> settings,
      Optional<String> alternative,
      Consumer<Http2Connection> onConnection) {
    this.factory = factory;
    this.loop = loop;
    this.server = server;
    this.settings = Map.copyOf(settings);
    this.alternative = alternative;
    this.onConnection = onConnection;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done) {
      if (done.isSuccess()) {
        secured(ctx);
      } else {
        LOG.debug("{}: TLS failed: {}", ctx.channel().remoteAddress(), done.cause().toString());
        ctx.close();
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  private void secured(ChannelHandlerContext ctx) {
    Channel channel = ctx.channel();
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null || !ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol())) {
      LOG.debug("{}: ALPN is not h2", channel.remoteAddress());
      ctx.close();
      return;
    }
    ConnectionFacts facts = facts(channel, tls.engine());
    // Every handshake asks for the certificate, as nobody is let go on from a session before; this
    // is for a TLS library that does let them, as over QUIC. A client does the same in its dialer.
    Optional<String> expired =
        server ? QuicTls.expired(facts.peerCertificates()) : Optional.empty();
    if (expired.isPresent()) {
      LOG.debug(
          "{}: the peer's certificate was refused: {}", channel.remoteAddress(), expired.get());
      ctx.close();
      return;
    }
    channel.config().setAutoRead(false);
    Http2Connection connection =
        new Http2Connection(
            channel,
            server,
            factory.context(channel, loop),
            facts,
            settings,
            alternative,
            () -> letRead(channel),
            Optional.empty());
    Http2FrameCodec codec = codec();
    channel
        .pipeline()
        .addLast(idle(channel, connection))
        .addLast(HOLD, new FlowControlHandler())
        .addLast(codec)
        .addLast(new Http2MultiplexHandler(streams(connection)))
        .addLast(new Http2Events(connection));
    codec.connection().addListener(endingByItself(connection));
    widen(codec, factory.limits());
    ctx.pipeline().remove(this);
    onConnection.accept(connection);
  }

  /** Where it is writing that Netty ends a connection, nobody hears of it but the peer. */
  private static Http2ConnectionAdapter endingByItself(Http2Connection connection) {
    return new Http2ConnectionAdapter() {
      @Override
      public void onGoAwaySent(int last, long code, ByteBuf why) {
        if (code != Http2ErrorCode.NO_ERROR) {
          connection.failed(code, why.toString(StandardCharsets.UTF_8));
        }
      }
    };
  }

  private Http2Idle idle(Channel channel, Http2Connection connection) {
    return new Http2Idle(
        loop,
        factory.limits().idleTimeout(),
        factory.limits().keepAlive(),
        connection::hasRequests,
        () -> {
          factory.keepAlives().increment();
          channel.writeAndFlush(new DefaultHttp2PingFrame(0));
        },
        () -> connection.close(Http2ErrorCode.NO_ERROR, "idle time-out"));
  }

  private ChannelInitializer<Channel> streams(Http2Connection connection) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel stream) {
        stream.config().setAutoRead(false);
        factory.streams().add(stream);
        stream.pipeline().addLast(new Http2RequestStream(connection, server));
      }
    };
  }

  /** The window of a connection begins at 64 KiB whatever the settings say (RFC 9113 6.9.2). */
  static void widen(Http2FrameCodec codec, Http2Limits limits) {
    try {
      codec
          .connection()
          .local()
          .flowController()
          .incrementWindowSize(
              codec.connection().connectionStream(),
              limits.connectionWindow() - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
    } catch (Http2Exception refused) {
      throw new IllegalStateException("the connection's window", refused);
    }
  }

  private static void letRead(Channel channel) {
    // In this order: what holds something answers a read by itself, and the socket would see none.
    channel.pipeline().remove(HOLD);
    channel.config().setAutoRead(true);
  }

  private Http2FrameCodec codec() {
    Http2Limits limits = factory.limits();
    Http2Settings own =
        new Http2Settings()
            .initialWindowSize(limits.streamWindow())
            .maxHeaderListSize(limits.maxFieldSection());
    if (server) {
      own.maxConcurrentStreams(limits.maxStreams());
    } else {
      own.pushEnabled(false).maxConcurrentStreams(0);
    }
    settings.forEach((id, value) -> own.put((char) id.intValue(), value));
    Http2FloodLimits floods = limits.floods();
    int seconds = (int) Math.max(1, floods.resetWindow().toSeconds());
    return new GuardedCodecBuilder(
            server, factory.skipBudget(loop), loop::nanoTime, factory.headersTooLarge())
        .initialSettings(own)
        .validateHeaders(true)
        .gracefulShutdownTimeoutMillis(0)
        .decoupleCloseAndGoAway(true)
        .encoderEnforceMaxQueuedControlFrames(floods.maxQueuedControlFrames())
        .decoderEnforceMaxConsecutiveEmptyDataFrames(floods.emptyDataFrames())
        .decoderEnforceMaxSmallContinuationFrames(floods.smallContinuations())
        .decoderEnforceMaxRstFramesPerWindow(floods.resetsPerWindow(), seconds)
        .encoderEnforceMaxRstFramesPerWindow(floods.resetsPerWindow(), seconds)
        .build();
  }

  static ConnectionFacts facts(Channel channel, SSLEngine engine) {
    return new ConnectionFacts(
        chain(engine),
        Optional.empty(),
        TcpTls.keyingMaterial(channel, engine),
        HttpVersion.HTTP_2,
        false,
        SslProtocols.TLS_v1_3.equals(engine.getSession().getProtocol()));
  }

  private static List<X509Certificate> chain(SSLEngine engine) {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate one : engine.getSession().getPeerCertificates()) {
        chain.add((X509Certificate) one);
      }
    } catch (SSLPeerUnverifiedException none) {
      return List.of();
    }
    return chain;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.debug("{}: {}", ctx.channel().remoteAddress(), cause.toString());
    ctx.close();
  }
}
