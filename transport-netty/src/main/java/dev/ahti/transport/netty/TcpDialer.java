package dev.ahti.transport.netty;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.DialException;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.transport.netty.http2.Http2Factory;
import dev.ahti.transport.netty.http2.Http2Setup;
import dev.ahti.transport.netty.quic.NettyLoop;
import dev.ahti.transport.netty.quic.NettyLoops;
import dev.ahti.transport.netty.tls.QuicTls;
import dev.ahti.transport.netty.tls.TcpTls;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Opens connections of HTTP/2 on TCP. Any thread. */
final class TcpDialer {
  private static final String REFUSED = "the server's certificate was refused: ";

  private final NettyLoops loops;
  private final Http2Factory factory;
  private final TcpTls tls;
  private final NettyTransport.Open open;
  private final Executor blocking;
  private final Resolver resolver;

  /**
   * @param blocking runs name lookups, which may take long
   * @param resolver looks names up
   */
  TcpDialer(
      NettyLoops loops,
      Http2Factory factory,
      TcpTls tls,
      NettyTransport.Open open,
      Executor blocking,
      Resolver resolver) {
    this.loops = loops;
    this.factory = factory;
    this.tls = tls;
    this.open = open;
    this.blocking = blocking;
    this.resolver = resolver;
  }

  CompletionStage<TransportConnection> dial(DialOptions options) {
    CompletableFuture<TransportConnection> result = new CompletableFuture<>();
    NettyLoop loop = loops.next();
    try {
      // One for all that follows, whichever part of it does not answer.
      ScheduledFuture<?> expiry =
          loop.timers()
              .schedule(
                  () -> fail(options, result, "no answer within " + options.timeout(), null),
                  options.timeout().toNanos());
      result.whenComplete((connection, failure) -> expiry.cancel(false));
      blocking.execute(() -> lookUp(options, loop, result));
    } catch (RejectedExecutionException ended) {
      fail(options, result, "the transport has ended", ended);
    }
    return result;
  }

  private void lookUp(
      DialOptions options, NettyLoop loop, CompletableFuture<TransportConnection> result) {
    try {
      InetSocketAddress address =
          new InetSocketAddress(resolver.addressOf(options.host()), options.port());
      // Making a context may read a trust store, which blocks like the lookup.
      SslHandler handshake =
          tls.client(options.tls(), ByteBufAllocator.DEFAULT, options.host(), options.port());
      connect(new Attempt(options, loop, address, handshake, result));
    } catch (UnknownHostException unknown) {
      fail(options, result, "the host is unknown", unknown);
    } catch (RuntimeException failure) {
      fail(options, result, String.valueOf(failure.getMessage()), failure);
    }
  }

  /** One call of dial. */
  private record Attempt(
      DialOptions options,
      NettyLoop loop,
      InetSocketAddress address,
      SslHandler tls,
      CompletableFuture<TransportConnection> result) {}

  private void connect(Attempt attempt) {
    DialOptions options = attempt.options();
    ChannelFuture connected =
        new Bootstrap()
            .group(attempt.loop().eventLoop())
            .channel(loops.epoll() ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis(options))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    attempt.tls().setHandshakeTimeoutMillis(millis(options));
                    factory.connections().add(channel);
                    open.connections().add(channel);
                    channel
                        .pipeline()
                        .addLast(attempt.tls())
                        .addLast(new Refusal(attempt))
                        .addLast(
                            new Http2Setup(
                                factory,
                                attempt.loop(),
                                false,
                                options.settings(),
                                Optional.empty(),
                                connection -> connected(attempt, connection)));
                  }
                })
            .connect(attempt.address());
    Channel channel = connected.channel();
    // Whoever waits no more must not leave a connection behind.
    attempt
        .result()
        .whenComplete(
            (connection, failure) -> {
              if (failure != null) {
                channel.close();
              }
            });
    connected.addListener(
        done -> {
          if (!done.isSuccess()) {
            fail(options, attempt.result(), deepest(done.cause()), done.cause());
          }
        });
    channel
        .closeFuture()
        .addListener(
            closed ->
                fail(
                    options,
                    attempt.result(),
                    "the connection was closed before it could be used",
                    null));
  }

  private static int millis(DialOptions options) {
    return (int) Math.max(1, Math.min(options.timeout().toMillis(), Integer.MAX_VALUE));
  }

  /** Says why the handshake failed, before the connection is closed for it. */
  private static final class Refusal extends ChannelInboundHandlerAdapter {
    private final Attempt attempt;

    Refusal(Attempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent done) {
        if (!done.isSuccess()) {
          fail(attempt.options(), attempt.result(), reason(done.cause()), done.cause());
        }
        ctx.pipeline().remove(this);
      }
      ctx.fireUserEventTriggered(event);
    }

    private static String reason(Throwable cause) {
      for (Throwable one = cause; one != null; one = one.getCause()) {
        if (one instanceof CertificateException) {
          return REFUSED + deepest(one);
        }
      }
      return deepest(cause);
    }
  }

  private void connected(Attempt attempt, TransportConnection connection) {
    DialOptions options = attempt.options();
    Optional<String> expired =
        QuicTls.expired(options.tls(), connection.facts().peerCertificates());
    if (expired.isPresent()) {
      tls.forget(options.tls());
      fail(options, attempt.result(), REFUSED + expired.get(), null);
    }
    if (!attempt.result().complete(connection)) {
      connection.discard(
          Http3ErrorCode.H3_NO_ERROR, expired.isPresent() ? "certificate expired" : "too late");
    }
  }

  private static String deepest(Throwable cause) {
    Throwable one = cause;
    while (one.getCause() != null) {
      one = one.getCause();
    }
    return one.getMessage() == null ? one.toString() : one.getMessage();
  }

  private static void fail(
      DialOptions options,
      CompletableFuture<TransportConnection> result,
      String why,
      @Nullable Throwable cause) {
    result.completeExceptionally(
        new DialException(
            "cannot connect to " + options.host() + ":" + options.port() + ": " + why, cause));
  }
}
