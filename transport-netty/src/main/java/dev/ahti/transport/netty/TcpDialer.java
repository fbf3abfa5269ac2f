package dev.ahti.transport.netty;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.transport.netty.http2.Http2Factory;
import dev.ahti.transport.netty.http2.Http2Setup;
import dev.ahti.transport.netty.http2.TcpBytes;
import dev.ahti.transport.netty.loop.NettyLoops;
import dev.ahti.transport.netty.tls.QuicTls;
import dev.ahti.transport.netty.tls.TcpTls;
import dev.ahti.transport.netty.tls.TlsAlerts;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Opens connections of HTTP/2 on TCP. Any thread. */
final class TcpDialer {
  private static final String REFUSED = "the server's certificate was refused: ";

  private final NettyLoops loops;
  private final Http2Factory factory;
  private final TcpTls tls;
  private final NettyTransport.Open open;

  TcpDialer(NettyLoops loops, Http2Factory factory, TcpTls tls, NettyTransport.Open open) {
    this.loops = loops;
    this.factory = factory;
    this.tls = tls;
    this.open = open;
  }

  /** Opens a connection to one address; may block. */
  CompletableFuture<TransportConnection> dial(DialTarget target) {
    CompletableFuture<TransportConnection> result = new CompletableFuture<>();
    DialOptions options = target.options();
    try {
      // Making a context may read a trust store.
      SslHandler handshake =
          tls.client(options.tls(), ByteBufAllocator.DEFAULT, options.host(), options.port());
      connect(new Attempt(target, handshake, new AtomicBoolean(), result));
    } catch (RuntimeException failure) {
      fail(target, result, String.valueOf(failure.getMessage()), failure);
    }
    return result;
  }

  /** One call of dial. */
  private record Attempt(
      DialTarget target,
      SslHandler tls,
      AtomicBoolean begun,
      CompletableFuture<TransportConnection> result) {
    DialOptions options() {
      return target.options();
    }

    /** No pipeline has the handler that would give the engine back, or will have it. */
    void abandoned() {
      if (begun.compareAndSet(false, true)) {
        ReferenceCountUtil.release(tls.engine());
      }
    }
  }

  private void connect(Attempt attempt) {
    DialOptions options = attempt.options();
    Bootstrap bootstrap = new Bootstrap();
    if (loops.epoll()) {
      bootstrap.option(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) factory.limits().unsentLimit());
    }
    ChannelFuture connected =
        bootstrap
            .group(attempt.target().loop().eventLoop())
            .channel(loops.epoll() ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, attempt.target().millisLeft())
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (!attempt.begun().compareAndSet(false, true)) {
                      channel.close();
                      return;
                    }
                    attempt.tls().setHandshakeTimeoutMillis(attempt.target().millisLeft());
                    tls.begin(options.tls(), channel, attempt.tls());
                    factory.connections().add(channel);
                    open.connections().add(channel);
                    channel
                        .pipeline()
                        .addLast(new TcpBytes(attempt.target().loop()))
                        .addLast(attempt.tls())
                        .addLast(new Refusal(attempt))
                        .addLast(
                            new Http2Setup(
                                factory,
                                attempt.target().loop(),
                                false,
                                options.settings(),
                                Optional.empty(),
                                connection -> connected(attempt, connection)));
                  }
                })
            .connect(attempt.target().address());
    Channel channel = connected.channel();
    if (connected.isDone() && !connected.isSuccess()) {
      // A loop that has ended takes no channel, and tells those who listen nothing.
      attempt.abandoned();
      fail(attempt.target(), attempt.result(), deepest(connected.cause()), connected.cause());
    }
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
            fail(
                attempt.target(),
                attempt.result(),
                unconnected(attempt.options(), done.cause()),
                done.cause());
          }
        });
    channel
        .closeFuture()
        .addListener(
            closed -> {
              attempt.abandoned();
              // Netty closes what did not connect before it tells us why it did not.
              Throwable why = connected.cause();
              fail(
                  attempt.target(),
                  attempt.result(),
                  why == null || why instanceof ClosedChannelException
                      ? "the connection was closed before it could be used"
                      : unconnected(options, why),
                  why);
            });
  }

  /**
   * Says why the handshake failed, or what it is missing, before the connection is closed for it.
   */
  private static final class Refusal extends ChannelInboundHandlerAdapter {
    private final Attempt attempt;

    Refusal(Attempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent done) {
        if (!done.isSuccess()) {
          fail(
              attempt.target(),
              attempt.result(),
              reason(attempt.options(), done.cause()),
              done.cause());
        } else if (!ApplicationProtocolNames.HTTP_2.equals(attempt.tls().applicationProtocol())) {
          // Some servers refuse the handshake instead, with an alert.
          fail(
              attempt.target(),
              attempt.result(),
              "TLS agreed on "
                  + (attempt.tls().applicationProtocol() == null
                      ? "no application protocol"
                      : attempt.tls().applicationProtocol())
                  + " (expected: "
                  + ApplicationProtocolNames.HTTP_2
                  + ")",
              null);
        }
        ctx.pipeline().remove(this);
      }
      ctx.fireUserEventTriggered(event);
    }

    private static String reason(DialOptions options, Throwable cause) {
      if (cause instanceof SslHandshakeTimeoutException) {
        return DialTarget.silence(options);
      }
      for (Throwable one = cause; one != null; one = one.getCause()) {
        if (one instanceof CertificateException) {
          return REFUSED + deepest(one);
        }
      }
      return cause instanceof SSLException ofTls ? TlsAlerts.describe(ofTls) : deepest(cause);
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

  /** Netty's own timers may be a moment ahead of that of the dial, and mean the same. */
  private static String unconnected(DialOptions options, Throwable cause) {
    return cause instanceof ConnectTimeoutException ? DialTarget.silence(options) : deepest(cause);
  }

  private static String deepest(Throwable cause) {
    Throwable one = cause;
    while (one.getCause() != null) {
      one = one.getCause();
    }
    return one.getMessage() == null ? one.toString() : one.getMessage();
  }

  private static void fail(
      DialTarget target,
      CompletableFuture<TransportConnection> result,
      String why,
      @Nullable Throwable cause) {
    result.completeExceptionally(target.failure(why, cause));
  }
}
