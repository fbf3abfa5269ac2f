package dev.ahti.transport.netty.sockets;

import dev.ahti.engine.spi.SocketFailure;
import dev.ahti.engine.spi.TcpConnection;
import dev.ahti.engine.spi.TcpListen;
import dev.ahti.engine.spi.TcpListener;
import dev.ahti.engine.spi.TcpTuning;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.NettyLoops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/** A TCP channel that listens: it accepts one connection for each that somebody waits for. */
final class NettyTcpListener implements TcpListener {
  private final NettyLoop loop;
  private final Channel channel;
  private final InetSocketAddress local;
  private final Accepting accepting;
  private final CompletableFuture<Done> closed = new CompletableFuture<>();

  private NettyTcpListener(NettyLoop loop, Channel channel, Accepting accepting) {
    this.loop = loop;
    this.channel = channel;
    this.local = (InetSocketAddress) channel.localAddress();
    this.accepting = accepting;
    channel
        .closeFuture()
        .addListener(
            done -> {
              Throwable failure = accepting.failure;
              if (failure == null) {
                closed.complete(Done.getInstance());
              } else {
                closed.completeExceptionally(failure);
              }
            });
  }

  /**
   * Binds one.
   *
   * @param accepted makes a connection of a channel, on its loop, or refuses it
   */
  static CompletableFuture<TcpListener> bind(
      TcpListen options,
      NettyLoops loops,
      SocketLimits limits,
      Map<ChannelOption<?>, Object> extra,
      ChannelGroup open,
      Function<DuplexChannel, @Nullable TcpConnection> accepted) {
    CompletableFuture<TcpListener> result = new CompletableFuture<>();
    NettyLoop loop = loops.next();
    Accepting accepting = new Accepting(options, loop);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop.eventLoop(), loops.group())
            .channel(loops.epoll() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.SO_BACKLOG, options.backlog().orElse(limits.backlog()))
            .handler(accepting)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel child) {
                    accepting.came(accepted.apply((DuplexChannel) child));
                  }
                });
    extra.forEach((option, value) -> set(bootstrap, option, value));
    TcpOptions.ofConnection(TcpTuning.DEFAULT, limits, loops.epoll())
        .forEach((option, value) -> setChild(bootstrap, option, value));
    InetAddress address;
    try {
      // A literal: nothing is looked up.
      address =
          InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(options.address()));
    } catch (UnknownHostException | RuntimeException none) {
      return CompletableFuture.failedFuture(failed(options, "no address of this machine", none));
    }
    bootstrap
        .bind(new InetSocketAddress(address, options.port().orElse(0)))
        .addListener(
            (ChannelFuture bound) -> {
              if (bound.isSuccess()) {
                open.add(bound.channel());
                accepting.channel = bound.channel();
                result.complete(new NettyTcpListener(loop, bound.channel(), accepting));
              } else {
                result.completeExceptionally(
                    failed(options, Failures.reason(bound.cause()), bound.cause()));
              }
            });
    return result;
  }

  @SuppressWarnings("unchecked")
  private static void set(ServerBootstrap bootstrap, ChannelOption<?> option, Object value) {
    bootstrap.option((ChannelOption<Object>) option, value);
  }

  @SuppressWarnings("unchecked")
  private static void setChild(ServerBootstrap bootstrap, ChannelOption<?> option, Object value) {
    bootstrap.childOption((ChannelOption<Object>) option, value);
  }

  static SocketFailure failed(TcpListen options, String why, @Nullable Throwable cause) {
    return Failures.network(
        "cannot listen on TCP "
            + Failures.text(options.address(), options.port().orElse(0))
            + ": "
            + why,
        cause);
  }

  @Override
  public InetSocketAddress local() {
    return local;
  }

  @Override
  public void accept(Consumer<TcpConnection> next) {
    loop.run(() -> accepting.wanted(next));
  }

  @Override
  public void close() {
    loop.run(channel::close);
  }

  @Override
  public CompletableFuture<Done> closed() {
    return closed;
  }

  /** Who waits for a connection. Its state is touched on the listener's loop only. */
  private static final class Accepting extends ChannelInboundHandlerAdapter {
    private final TcpListen options;
    private final NettyLoop loop;
    private final ArrayDeque<Consumer<TcpConnection>> waiting = new ArrayDeque<>(1);
    private volatile @Nullable Channel channel;
    private volatile @Nullable Throwable failure;

    Accepting(TcpListen options, NettyLoop loop) {
      this.options = options;
      this.loop = loop;
    }

    void wanted(Consumer<TcpConnection> next) {
      waiting.add(next);
      read();
    }

    private void read() {
      Channel open = channel;
      if (!waiting.isEmpty() && open != null) {
        // Accepts one, as the channel does not read by itself.
        open.read();
      }
    }

    /** One was accepted, or refused; on its own loop. */
    void came(@Nullable TcpConnection connection) {
      if (loop.inLoop()) {
        give(connection);
      } else {
        loop.execute(() -> give(connection));
      }
    }

    private void give(@Nullable TcpConnection connection) {
      if (connection != null) {
        Consumer<TcpConnection> next = waiting.poll();
        if (next == null) {
          connection.close();
        } else {
          connection.port().loop().execute(() -> next.accept(connection));
        }
      }
      read();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      failure = failed(options, "accepting failed: " + Failures.reason(cause), cause);
      ctx.close();
    }
  }
}
