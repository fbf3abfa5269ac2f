package dev.ahti.transport.netty.sockets;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.spi.AddressFamily;
import dev.ahti.engine.spi.Race;
import dev.ahti.engine.spi.Sockets;
import dev.ahti.engine.spi.TcpConnect;
import dev.ahti.engine.spi.TcpConnection;
import dev.ahti.engine.spi.TcpListen;
import dev.ahti.engine.spi.TcpListener;
import dev.ahti.engine.spi.UdpOpen;
import dev.ahti.engine.spi.UdpPort;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.NettyLoops;
import dev.ahti.transport.netty.loop.PortGauges;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/** Sockets on Netty's loops. Any thread. */
public final class NettySockets implements Sockets {
  /** Finds the addresses of a host; may block. */
  @FunctionalInterface
  public interface Lookup {
    /** Those that are wanted, in the order in which they are tried; at least one. */
    List<InetAddress> of(String host, Predicate<InetAddress> wanted) throws UnknownHostException;
  }

  private final NettyLoops loops;
  private final SocketLimits limits;
  private final PortGauges gauges;
  private final GaugeRegistry registry;
  private final SocketSlots slots;
  private final Lookup lookup;
  private final Executor blocking;
  private final ChannelGroup connections;
  private final ChannelGroup listeners;
  private final AtomicLong ids = new AtomicLong();

  /**
   * Of one transport.
   *
   * @param blocking runs lookups
   * @param connections what is closed first when the transport ends
   * @param listeners what is closed after that
   */
  public NettySockets(
      NettyLoops loops,
      SocketLimits limits,
      GaugeRegistry gauges,
      Lookup lookup,
      Executor blocking,
      ChannelGroup connections,
      ChannelGroup listeners) {
    this.loops = loops;
    this.limits = limits;
    this.gauges = PortGauges.ofSockets(gauges);
    this.registry = gauges;
    this.slots = new SocketSlots(limits.maxOpen(), gauges);
    this.lookup = lookup;
    this.blocking = blocking;
    this.connections = connections;
    this.listeners = listeners;
  }

  @Override
  public CompletionStage<TcpConnection> connect(TcpConnect options) {
    if (!slots.take()) {
      return CompletableFuture.failedFuture(failed(options, slots.full(), null));
    }
    CompletableFuture<TcpConnection> told = new CompletableFuture<>();
    CompletableFuture<TcpConnection> result = new CompletableFuture<>();
    NettyLoop loop = loops.next();
    try {
      // One for all that follows, whichever part of it does not answer.
      ScheduledFuture<?> expiry =
          loop.timers()
              .schedule(
                  () -> result.completeExceptionally(failed(options, silence(), null)),
                  limits.connectTimeout().toNanos());
      result.whenComplete(
          (connection, failure) -> {
            // Before anybody is told: who was told may end the loop.
            expiry.cancel(false);
            opened(told, connection, failure);
          });
      blocking.execute(() -> look(options, loop, result));
    } catch (RejectedExecutionException ended) {
      Throwable failure = failed(options, "the transport has ended", ended);
      result.completeExceptionally(failure);
      opened(told, null, failure);
    }
    return told;
  }

  /** Gives the slot back where there is no socket, or no more. */
  private void opened(
      CompletableFuture<TcpConnection> told,
      @Nullable TcpConnection connection,
      @Nullable Throwable failure) {
    if (told.isDone()) {
      return;
    }
    if (connection == null) {
      slots.giveBack();
      told.completeExceptionally(failure);
    } else {
      connection.closed().whenComplete((done, never) -> slots.giveBack());
      told.complete(connection);
    }
  }

  private void look(TcpConnect options, NettyLoop loop, CompletableFuture<TcpConnection> result) {
    try {
      race(options, loop, lookup.of(options.host(), wanted(options.family())), result);
    } catch (UnknownHostException unknown) {
      result.completeExceptionally(
          failed(options, "the host is unknown: " + unknown.getMessage(), unknown));
    } catch (RuntimeException failure) {
      result.completeExceptionally(failed(options, Failures.reason(failure), failure));
    }
  }

  static Predicate<InetAddress> wanted(AddressFamily family) {
    return switch (family) {
      case ANY -> any -> true;
      case IPV4 -> one -> one instanceof Inet4Address;
      case IPV6 -> one -> !(one instanceof Inet4Address);
    };
  }

  private void race(
      TcpConnect options,
      NettyLoop loop,
      List<InetAddress> found,
      CompletableFuture<TcpConnection> result) {
    List<Supplier<CompletionStage<TcpConnection>>> attempts = new ArrayList<>();
    for (InetAddress address : found) {
      InetSocketAddress to = new InetSocketAddress(address, options.port());
      attempts.add(() -> attempt(options, loop, to));
    }
    CompletableFuture<TcpConnection> race =
        Race.run(
            attempts,
            limits.headStart(),
            (delay, task) -> later(loop, delay.toNanos(), task),
            TcpConnection::close,
            failures -> failures.get(failures.size() - 1));
    race.whenComplete(
        (connection, failure) -> {
          if (connection == null) {
            result.completeExceptionally(failure);
          } else if (!result.complete(connection)) {
            connection.close();
          }
        });
    result.whenComplete(
        (connection, failure) -> {
          if (failure != null) {
            race.cancel(false);
          }
        });
  }

  private static Runnable later(NettyLoop loop, long nanos, Runnable task) {
    try {
      ScheduledFuture<?> timer = loop.timers().schedule(task, nanos);
      return () -> timer.cancel(false);
    } catch (RejectedExecutionException ended) {
      // The transport ends, and all that is under way with it.
      return () -> {};
    }
  }

  private CompletableFuture<TcpConnection> attempt(
      TcpConnect options, NettyLoop loop, InetSocketAddress to) {
    CompletableFuture<TcpConnection> result = new CompletableFuture<>();
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop.eventLoop())
            .channel(loops.epoll() ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) Math.min(Integer.MAX_VALUE, limits.connectTimeout().toMillis()))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    connections.add(channel);
                  }
                });
    TcpOptions.ofConnection(options.tuning(), limits, loops.epoll())
        .forEach((option, value) -> set(bootstrap, option, value));
    ChannelFuture connecting = bootstrap.connect(to);
    Channel channel = connecting.channel();
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            result.completeExceptionally(failed(options, why(to, done.cause()), done.cause()));
          } else {
            TcpConnection connection = connection(loop, (DuplexChannel) channel, true);
            if (!result.complete(connection)) {
              connection.close();
            }
          }
        });
    if (connecting.isDone() && !connecting.isSuccess()) {
      // A loop that has ended takes no channel, and tells those who listen nothing.
      result.completeExceptionally(
          failed(options, why(to, connecting.cause()), connecting.cause()));
    }
    result.whenComplete(
        (connection, failure) -> {
          if (failure != null) {
            channel.close();
          }
        });
    return result;
  }

  @SuppressWarnings("unchecked")
  private static void set(Bootstrap bootstrap, ChannelOption<?> option, Object value) {
    bootstrap.option((ChannelOption<Object>) option, value);
  }

  private String why(InetSocketAddress to, Throwable cause) {
    return cause instanceof ConnectTimeoutException
        ? silence()
        : Failures.text(to.getAddress().getHostAddress(), to.getPort())
            + ": "
            + Failures.reason(cause);
  }

  private String silence() {
    return "no answer within "
        + limits.connectTimeout().toMillis()
        + " ms (ahti.netty.sockets.connect-timeout)";
  }

  /** On the loop, before anything is read. */
  TcpConnection connection(NettyLoop loop, DuplexChannel channel, boolean local) {
    TcpPort port =
        new TcpPort(loop, channel, ids.incrementAndGet(), local, gauges, limits.writeLimit());
    CompletableFuture<Done> closed = new CompletableFuture<>();
    channel.pipeline().addLast(new TcpHandler(port));
    channel
        .closeFuture()
        .addListener(
            done -> {
              // The handler is told behind this.
              port.lost("the socket was closed");
              closed.complete(Done.getInstance());
            });
    return new NettyTcpConnection(
        port,
        channel,
        (InetSocketAddress) channel.remoteAddress(),
        (InetSocketAddress) channel.localAddress(),
        closed);
  }

  private static RuntimeException failed(
      TcpConnect options, String why, @Nullable Throwable cause) {
    return Failures.network(
        "cannot connect to TCP " + Failures.text(options.host(), options.port()) + ": " + why,
        cause);
  }

  @Override
  public CompletionStage<TcpListener> listen(TcpListen options) {
    if (!slots.take()) {
      return CompletableFuture.failedFuture(NettyTcpListener.failed(options, slots.full(), null));
    }
    CompletableFuture<TcpListener> bound;
    try {
      bound =
          NettyTcpListener.bind(
              options,
              loops,
              limits,
              Map.copyOf(TcpOptions.ipv6Only(options.ipv6Only(), loops.epoll())),
              listeners,
              this::accepted);
    } catch (RuntimeException failure) {
      bound = CompletableFuture.failedFuture(failure);
    }
    bound.whenComplete(
        (listener, failure) -> {
          if (failure != null) {
            slots.giveBack();
          } else {
            listener.closed().whenComplete((done, why) -> slots.giveBack());
          }
        });
    return bound;
  }

  @Override
  public CompletionStage<UdpPort> open(UdpOpen options) {
    if (!slots.take()) {
      return CompletableFuture.failedFuture(UdpBinder.failed(options, slots.full(), null));
    }
    CompletableFuture<UdpPort> opened = new CompletableFuture<>();
    UdpBinder binder =
        new UdpBinder(options, loops, limits, registry, lookup, blocking, connections);
    var unused =
        opened.whenComplete(
            (port, failure) -> {
              if (failure != null) {
                slots.giveBack();
              }
            });
    try {
      blocking.execute(
          () ->
              binder.open(
                  opened, port -> port.closed().whenComplete((done, failure) -> slots.giveBack())));
    } catch (RejectedExecutionException ended) {
      opened.completeExceptionally(UdpBinder.failed(options, "the transport has ended", ended));
    }
    return opened;
  }

  /** On the connection's loop; nothing, and the channel is closed, when there are too many. */
  private @Nullable TcpConnection accepted(DuplexChannel channel) {
    if (channel.remoteAddress() == null || !slots.take()) {
      channel.close();
      return null;
    }
    connections.add(channel);
    TcpConnection connection = connection(loops.of(channel.eventLoop()), channel, false);
    connection.closed().whenComplete((done, never) -> slots.giveBack());
    return connection;
  }
}
