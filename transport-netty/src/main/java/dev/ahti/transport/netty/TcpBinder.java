package dev.ahti.transport.netty;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.transport.netty.http2.Http2Factory;
import dev.ahti.transport.netty.http2.Http2Setup;
import dev.ahti.transport.netty.http2.TcpBytes;
import dev.ahti.transport.netty.http2.TcpHandshakeGuard;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.NettyLoops;
import dev.ahti.transport.netty.quic.HandshakeLoad;
import dev.ahti.transport.netty.tls.TcpServerContexts;
import dev.ahti.transport.netty.tls.TcpTls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Binds server sockets for HTTP/2. One loop accepts, the connections are spread over all of them.
 */
final class TcpBinder {
  /** How long a client may remember that HTTP/3 is there: a day, the default of RFC 7838. */
  private static final long ALTERNATIVE_SECONDS = 24 * 60 * 60;

  private final NettyLoops loops;
  private final Http2Factory factory;
  private final TcpTls tls;
  private final NettyTransport.Open open;

  TcpBinder(NettyLoops loops, Http2Factory factory, TcpTls tls, NettyTransport.Open open) {
    this.loops = loops;
    this.factory = factory;
    this.tls = tls;
    this.open = open;
  }

  /**
   * Starts to listen.
   *
   * @param address resolved
   * @param load the handshakes of the listener
   */
  CompletableFuture<NettyListener.Part> bind(
      ListenOptions options,
      InetSocketAddress address,
      HandshakeLoad load,
      Consumer<TransportConnection> onConnection) {
    CompletableFuture<NettyListener.Part> result = new CompletableFuture<>();
    TcpServerContexts contexts;
    try {
      contexts = tls.server(options.tls());
    } catch (RuntimeException failure) {
      result.completeExceptionally(ListenerBinder.failed("TCP", options, failure));
      return result;
    }
    ServerBootstrap bootstrap = new ServerBootstrap();
    if (loops.epoll()) {
      bootstrap.childOption(
          EpollChannelOption.TCP_NOTSENT_LOWAT, (long) factory.limits().unsentLimit());
    }
    bootstrap
        .group(loops.next().eventLoop(), loops.group())
        .channel(loops.epoll() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                accepted(channel, options, contexts, load, onConnection);
              }
            })
        .bind(address)
        .addListener(
            (ChannelFuture bound) -> {
              if (bound.isSuccess()) {
                open.sockets().add(bound.channel());
                bound.channel().closeFuture().addListener(closed -> contexts.close());
                result.complete(
                    new NettyListener.Part(List.of(bound.channel()), contexts::prepare));
              } else {
                contexts.close();
                result.completeExceptionally(ListenerBinder.failed("TCP", options, bound.cause()));
              }
            });
    return result;
  }

  /** HTTP/3 has the same port (RFC 9114 3.1.1). */
  private static Optional<String> alternative(Channel channel, ListenOptions options) {
    int port = ((InetSocketAddress) channel.localAddress()).getPort();
    return options.settings().containsKey(HttpVersion.HTTP_3)
        ? Optional.of("h3=\":" + port + "\"; ma=" + ALTERNATIVE_SECONDS)
        : Optional.empty();
  }

  private void accepted(
      Channel channel,
      ListenOptions options,
      TcpServerContexts contexts,
      HandshakeLoad load,
      Consumer<TransportConnection> onConnection) {
    InetSocketAddress from = (InetSocketAddress) channel.remoteAddress();
    // Before TLS, which would cost both sides. TCP's handshake has proven the address.
    if (from == null || !load.mayConnect(from, true)) {
      channel.close();
      return;
    }
    if (!load.admit(channel, from)) {
      return;
    }
    NettyLoop loop = loops.of(channel.eventLoop());
    Duration handshake = factory.limits().handshakeTimeout();
    factory.connections().add(channel);
    open.connections().add(channel);
    channel
        .pipeline()
        .addLast(new TcpBytes(loop))
        .addLast(contexts.newHandler(handshake))
        .addLast(new TcpHandshakeGuard(load, loop.timers(), handshake))
        .addLast(
            new Http2Setup(
                factory,
                loop,
                true,
                options.settings().getOrDefault(HttpVersion.HTTP_2, Map.of()),
                alternative(channel, options),
                onConnection::accept));
  }
}
