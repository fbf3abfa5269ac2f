package dev.ahti.transport.netty.sockets;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.spi.SocketFailure;
import dev.ahti.engine.spi.UdpOpen;
import dev.ahti.engine.spi.UdpPort;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.NettyLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens one UDP socket. */
record UdpBinder(
    UdpOpen options,
    NettyLoops loops,
    SocketLimits limits,
    GaugeRegistry gauges,
    NettySockets.Lookup lookup,
    Executor blocking,
    ChannelGroup open) {
  /**
   * Opens it; may block, as a host may have to be looked up.
   *
   * @param made told of the socket before anybody else is
   */
  void open(CompletableFuture<UdpPort> result, Consumer<UdpPort> made) {
    try {
      String host = options.remoteHost().or(options::localAddress).orElseThrow();
      InetAddress address = lookup.of(host, NettySockets.wanted(options.family())).get(0);
      bind(address, result, made);
    } catch (UnknownHostException unknown) {
      result.completeExceptionally(
          failed(options, "the host is unknown: " + unknown.getMessage(), unknown));
    } catch (SocketFailure failure) {
      result.completeExceptionally(failure);
    } catch (SocketException | RuntimeException failure) {
      result.completeExceptionally(failed(options, Failures.reason(failure), failure));
    }
  }

  private void bind(InetAddress address, CompletableFuture<UdpPort> result, Consumer<UdpPort> made)
      throws SocketException {
    NettyLoop loop = loops.next();
    SocketProtocolFamily family =
        address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    UdpQueue queue = new UdpQueue(limits, gauges);
    NettyUdpPort.Handler handler = new NettyUdpPort.Handler(queue);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop.eventLoop())
            .channelFactory(
                () ->
                    loops.epoll()
                        ? new EpollDatagramChannel(family)
                        : new NioDatagramChannel(family))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    open.add(channel);
                    channel.pipeline().addLast(handler);
                  }
                });
    UdpOptions.of(options, loops.epoll()).forEach((option, value) -> set(bootstrap, option, value));
    boolean connected = options.remoteHost().isPresent();
    if (!connected && !address.isAnyLocalAddress()) {
      set(bootstrap, ChannelOption.IP_MULTICAST_IF, UdpOptions.networkInterface(address));
    }
    InetSocketAddress remote = new InetSocketAddress(address, options.remotePort());
    ChannelFuture opening =
        connected
            ? bootstrap.connect(remote)
            : bootstrap.bind(new InetSocketAddress(address, options.localPort().orElse(0)));
    opening.addListener(
        (ChannelFuture done) -> {
          if (!done.isSuccess()) {
            done.channel().close();
            result.completeExceptionally(
                failed(options, Failures.reason(done.cause()), done.cause()));
            return;
          }
          NettyUdpPort port =
              new NettyUdpPort(
                  loop,
                  (DatagramChannel) done.channel(),
                  connected ? Optional.of(remote) : Optional.empty(),
                  queue,
                  lookup,
                  blocking);
          handler.port(port);
          made.accept(port);
          result.complete(port);
        });
  }

  @SuppressWarnings("unchecked")
  private static void set(Bootstrap bootstrap, ChannelOption<?> option, Object value) {
    bootstrap.option((ChannelOption<Object>) option, value);
  }

  static SocketFailure failed(UdpOpen options, String why, @Nullable Throwable cause) {
    String what =
        options
            .remoteHost()
            .map(host -> "to UDP " + Failures.text(host, options.remotePort()))
            .orElseGet(
                () ->
                    "on UDP "
                        + Failures.text(
                            options.localAddress().orElse(""), options.localPort().orElse(0)));
    return Failures.network("cannot open a socket " + what + ": " + why, cause);
  }
}
