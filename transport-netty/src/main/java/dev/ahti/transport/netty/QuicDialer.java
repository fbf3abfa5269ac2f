package dev.ahti.transport.netty;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.CongestionControl;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.transport.netty.http3.ConnectionFactory;
import dev.ahti.transport.netty.http3.ConnectionHandler;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.quic.QuicSockets;
import dev.ahti.transport.netty.tls.Handshake;
import dev.ahti.transport.netty.tls.QuicTls;
import dev.ahti.transport.netty.tls.TlsAlerts;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicSslContext;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections, each with a UDP socket of its own: a client has few, and a socket that is not
 * shared needs no agreement about TLS.
 */
final class QuicDialer {
  private static final String REFUSED = "the server's certificate was refused: ";

  private final QuicSockets sockets;
  private final ConnectionFactory factory;
  private final QuicTls tls;
  private final NettyTransport.Open open;

  QuicDialer(
      QuicSockets sockets, ConnectionFactory factory, QuicTls tls, NettyTransport.Open open) {
    this.sockets = sockets;
    this.factory = factory;
    this.tls = tls;
    this.open = open;
  }

  /** Opens a connection to one address; may block. */
  CompletableFuture<TransportConnection> dial(DialTarget target) {
    CompletableFuture<TransportConnection> result = new CompletableFuture<>();
    try {
      // Making a context may read a trust store.
      QuicSslContext context = tls.client(target.options().tls());
      openSocket(new Attempt(target, context, result));
    } catch (RuntimeException failure) {
      fail(target, result, String.valueOf(failure.getMessage()), failure);
    }
    return result;
  }

  /** One call of dial. */
  private record Attempt(
      DialTarget target, QuicSslContext context, CompletableFuture<TransportConnection> result) {
    DialOptions options() {
      return target.options();
    }
  }

  private void openSocket(Attempt attempt) {
    NettyLoop loop = attempt.target().loop();
    DialOptions options = attempt.options();
    CongestionControl congestion = sockets.congestionControl(options.congestionControl());
    ChannelHandler codec =
        new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel udp) {
            QuicSockets.addCodec(
                udp,
                loop,
                sockets
                    .configure(new QuicClientCodecBuilder(), congestion, options.streams())
                    .sslEngineProvider(
                        channel ->
                            QuicTls.begin(
                                attempt.context(), channel, options.host(), options.port()))
                    .build());
          }
        };
    sockets
        .bind(loop, new InetSocketAddress(0), false, codec)
        .addListener(
            (io.netty.channel.ChannelFuture bound) -> {
              if (bound.isSuccess()) {
                open.sockets().add(bound.channel());
                connect(attempt, loop, congestion, bound.channel());
              } else {
                fail(
                    attempt.target(),
                    attempt.result(),
                    "no UDP socket could be opened",
                    bound.cause());
              }
            });
  }

  private void connect(Attempt attempt, NettyLoop loop, CongestionControl congestion, Channel udp) {
    DialOptions options = attempt.options();
    AtomicReference<@Nullable QuicChannel> made = new AtomicReference<>();
    QuicChannel.newBootstrap(udp)
        .remoteAddress(attempt.target().address())
        .option(ChannelOption.AUTO_READ, false)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, attempt.target().millisLeft())
        .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, sockets.segments())
        .option(QuicChannelOption.QLOG, sockets.qlog(options.host() + ":" + options.port()))
        .handler(
            new ChannelInitializer<QuicChannel>() {
              @Override
              protected void initChannel(QuicChannel channel) {
                open.connections().add(channel);
                made.set(channel);
                attempt.result().whenComplete((connection, failure) -> giveUp(channel, failure));
                // Not at once: the socket may be reading the packet that closed the connection, and
                // whoever knows why it was closed is to say so first.
                channel
                    .closeFuture()
                    .addListener(
                        closed ->
                            udp.eventLoop()
                                .execute(
                                    () -> {
                                      udp.close();
                                      fail(
                                          attempt.target(),
                                          attempt.result(),
                                          "the connection was closed before it could be used",
                                          null);
                                    }));
                channel
                    .pipeline()
                    .addLast(
                        new ConnectionHandler(
                            factory,
                            loop,
                            false,
                            congestion,
                            options.settings(),
                            connection -> connected(attempt, connection)))
                    .addLast(new Refusal(attempt));
              }
            })
        .connect()
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                udp.close();
                fail(
                    attempt.target(),
                    attempt.result(),
                    reason(options, made.get(), connected.cause()),
                    connected.cause());
              }
            });
  }

  /**
   * Whoever waits no more must not leave a connection behind. Not at once: whoever failed the dial
   * may be about to close it with a code of its own.
   */
  private static void giveUp(QuicChannel channel, @Nullable Throwable failure) {
    if (failure != null) {
      channel
          .eventLoop()
          .execute(
              () ->
                  QuicAccess.close(
                      channel, (int) Http3ErrorCode.H3_NO_ERROR, Unpooled.EMPTY_BUFFER));
    }
  }

  /** Fails a dial as soon as the server says no: Netty waits until QUIC has forgotten of it. */
  private static final class Refusal extends ChannelInboundHandlerAdapter {
    private final Attempt attempt;

    Refusal(Attempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof QuicConnectionCloseEvent close) {
        fail(attempt.target(), attempt.result(), TlsAlerts.describe(close), null);
      }
      ctx.fireUserEventTriggered(event);
    }
  }

  private void connected(Attempt attempt, TransportConnection connection) {
    DialOptions options = attempt.options();
    Optional<String> expired =
        QuicTls.expired(options.tls(), connection.facts().peerCertificates());
    if (expired.isPresent()) {
      tls.forget(options.tls());
      fail(attempt.target(), attempt.result(), REFUSED + expired.get(), null);
    }
    if (!attempt.result().complete(connection)) {
      connection.discard(
          Http3ErrorCode.H3_NO_ERROR, expired.isPresent() ? "certificate expired" : "too late");
    }
  }

  private static String reason(
      DialOptions options, @Nullable QuicChannel channel, Throwable cause) {
    Handshake handshake = channel == null ? null : Handshake.of(channel);
    if (handshake != null && handshake.rejection() != null) {
      return REFUSED + handshake.rejection();
    }
    if (cause instanceof ConnectTimeoutException) {
      return DialTarget.silence(options);
    }
    Throwable deepest = cause;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
  }

  private static void fail(
      DialTarget target,
      CompletableFuture<TransportConnection> result,
      String why,
      @Nullable Throwable cause) {
    result.completeExceptionally(target.failure(why, cause));
  }
}
