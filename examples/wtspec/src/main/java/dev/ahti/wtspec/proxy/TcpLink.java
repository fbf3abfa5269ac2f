package dev.ahti.wtspec.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Stands between clients and one server on TCP, as {@link ImpairmentProxy} does on UDP, with its
 * rate and its delay. What TCP would make good is not for a relay to do: loss and black-outs are
 * refused. A limited rate has a queue of so many packets of 1,350 bytes; while it is full nothing
 * is read, and what the kernel holds before it is kept small. On 127.0.0.1, on an event loop of its
 * own.
 *
 * <p>The methods may be called from any thread.
 */
public final class TcpLink implements AutoCloseable {
  private static final int PACKET = 1350;
  private static final int READ = 4096;
  private static final int KERNEL_BUFFER = 16 * 1024;

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final InetSocketAddress server;
  private final Map<Direction, Impairment> impairments = new EnumMap<>(Direction.class);
  private final ChannelGroup connections = new DefaultChannelGroup(loop);
  private final Channel front;

  private TcpLink(int serverPort, Impairment toServer, Impairment toClient) {
    server = new InetSocketAddress("127.0.0.1", serverPort);
    impairments.put(Direction.TO_SERVER, checked(toServer));
    impairments.put(Direction.TO_CLIENT, checked(toClient));
    front =
        new ServerBootstrap()
            .group(loop, loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_RCVBUF, KERNEL_BUFFER)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel client) {
                    accepted(client);
                  }
                })
            .bind(new InetSocketAddress("127.0.0.1", 0))
            .syncUninterruptibly()
            .channel();
    connections.add(front);
  }

  /**
   * Starts a relay before a server, on a free port.
   *
   * @param serverPort the server's port on 127.0.0.1
   */
  public static TcpLink start(int serverPort, Impairment toServer, Impairment toClient) {
    return new TcpLink(serverPort, toServer, toClient);
  }

  private static Impairment checked(Impairment impairment) {
    if (!impairment.loss().equals(Loss.NONE) || !impairment.blackOuts().isEmpty()) {
      throw new IllegalArgumentException(impairment + " (expected: rate and delay only)");
    }
    return impairment;
  }

  /** Where clients connect to. */
  public int port() {
    return ((InetSocketAddress) front.localAddress()).getPort();
  }

  /** Changes one direction for what comes from now on. */
  public void impair(Direction direction, Impairment impairment) {
    checked(impairment);
    loop.submit(() -> impairments.put(direction, impairment)).syncUninterruptibly();
  }

  /** Ends the relay and the connections through it. */
  @Override
  public void close() {
    connections.close().syncUninterruptibly();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private void accepted(Channel client) {
    prepare(client);
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.SO_RCVBUF, KERNEL_BUFFER)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel back) {
                    prepare(back);
                    back.pipeline().addLast(new Lane(Direction.TO_CLIENT, client));
                  }
                })
            .connect(server);
    client.pipeline().addLast(new Lane(Direction.TO_SERVER, connected.channel()));
    connected.addListener(
        done -> {
          if (done.isSuccess()) {
            client.config().setAutoRead(true);
            connected.channel().config().setAutoRead(true);
          } else {
            client.close();
          }
        });
  }

  private void prepare(Channel channel) {
    connections.add(channel);
    channel.config().setAutoRead(false);
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    channel.config().setOption(ChannelOption.TCP_NODELAY, true);
    channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ));
  }

  /** One direction of one connection. */
  private final class Lane extends ChannelInboundHandlerAdapter {
    private final Direction direction;
    private final Channel to;
    private final Later sending = new Later(loop);
    private final Later travelling = new Later(loop);
    private long free = System.nanoTime();
    private long queued;

    Lane(Direction direction, Channel to) {
      this.direction = direction;
      this.to = to;
      to.closeFuture().addListener(closed -> travelling.clear());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      int length = bytes.readableBytes();
      Impairment now = impairment();
      free =
          Math.max(free, System.nanoTime())
              + now.rate()
                  .map(rate -> length * TimeUnit.SECONDS.toNanos(1) / rate.bytesPerSecond())
                  .orElse(0L);
      queued += length;
      if (now.rate().filter(rate -> queued >= (long) rate.queuePackets() * PACKET).isPresent()) {
        ctx.channel().config().setAutoRead(false);
      }
      sending.add(free, () -> sent(ctx, length), () -> {});
      travelling.add(arrival(), () -> to.writeAndFlush(bytes), bytes::release);
    }

    private long arrival() {
      return free + impairment().delay().toNanos();
    }

    private Impairment impairment() {
      return impairments.getOrDefault(direction, Impairment.NONE);
    }

    private void sent(ChannelHandlerContext ctx, int length) {
      queued -= length;
      ctx.channel().config().setAutoRead(true);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event == ChannelInputShutdownEvent.INSTANCE) {
        travelling.add(arrival(), () -> ((DuplexChannel) to).shutdownOutput(), () -> {});
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      sending.clear();
      travelling.add(arrival(), to::close, () -> {});
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  /**
   * Tasks that are done when their time has come, never one before another that was added first.
   */
  private static final class Later {
    private final EventLoop loop;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private boolean waiting;

    private record Entry(long due, Runnable task, Runnable dropped) {}

    Later(EventLoop loop) {
      this.loop = loop;
    }

    void add(long due, Runnable task, Runnable dropped) {
      entries.add(new Entry(due, task, dropped));
      if (!waiting) {
        run();
      }
    }

    private void run() {
      waiting = false;
      Entry next;
      while ((next = entries.peek()) != null) {
        long wait = next.due() - System.nanoTime();
        if (wait > 0) {
          waiting = true;
          loop.schedule(this::run, wait, TimeUnit.NANOSECONDS);
          return;
        }
        entries.remove();
        next.task().run();
      }
    }

    void clear() {
      entries.forEach(entry -> entry.dropped().run());
      entries.clear();
    }
  }
}
