package dev.ahti.wtspec.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Stands between clients and one server on UDP, and treats packets as an {@link Impairment} says.
 * On 127.0.0.1, on an event loop of its own.
 *
 * <p>A client is known by its address and has a socket of its own towards the server. There are at
 * most 1,024; a new one above that takes the place of the oldest. Packets above 2,047 bytes are
 * dropped and counted as "queue full": a QUIC that sends such is not set up for the open network.
 *
 * <p>The methods may be called from any thread.
 */
public final class ImpairmentProxy implements AutoCloseable {
  private static final int CLIENTS = 1024;
  private static final int LONGEST = 2048;
  private static final int SOCKET_BUFFER = 1 << 21;

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final InetSocketAddress server;
  private final long seed;
  private final Lane toServer;
  private final Lane toClient;
  private final Channel front;
  private final Map<InetSocketAddress, ChannelFuture> clients = new LinkedHashMap<>();

  private ImpairmentProxy(int serverPort, Impairment up, Impairment down, long seed) {
    server = new InetSocketAddress("127.0.0.1", serverPort);
    this.seed = seed;
    toServer = new Lane(loop, up, seed(Direction.TO_SERVER));
    toClient = new Lane(loop, down, seed(Direction.TO_CLIENT));
    front = bind(new FromClients()).syncUninterruptibly().channel();
  }

  /**
   * Starts a proxy before a server, on a free port.
   *
   * @param serverPort the server's port on 127.0.0.1
   * @param toServer what happens to packets of the clients
   * @param toClient what happens to packets of the server
   * @param seed of all chance: the same for the same decisions
   */
  public static ImpairmentProxy start(
      int serverPort, Impairment toServer, Impairment toClient, long seed) {
    return new ImpairmentProxy(serverPort, toServer, toClient, seed);
  }

  /** Where clients connect to. */
  public int port() {
    return ((InetSocketAddress) front.localAddress()).getPort();
  }

  /** What has gone one way so far. */
  public Counters counters(Direction direction) {
    return lane(direction).counters();
  }

  /**
   * Changes what happens to packets of one direction. Time and chance of the new impairment begin
   * now; packets that are under way keep their fate. Has taken effect when it returns.
   */
  public void impair(Direction direction, Impairment impairment) {
    loop.submit(() -> lane(direction).impair(impairment, seed(direction))).syncUninterruptibly();
  }

  /** Ends the proxy; packets that are under way are gone. */
  @Override
  public void close() {
    loop.submit(
            () -> {
              front.close();
              clients.values().forEach(socket -> socket.channel().close());
              clients.clear();
              toServer.close();
              toClient.close();
            })
        .syncUninterruptibly();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private Lane lane(Direction direction) {
    return direction == Direction.TO_SERVER ? toServer : toClient;
  }

  private long seed(Direction direction) {
    return seed * Direction.values().length + direction.ordinal();
  }

  private ChannelFuture bind(ChannelHandler handler) {
    return new Bootstrap()
        .group(loop)
        .channel(NioDatagramChannel.class)
        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LONGEST))
        .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
        .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
        .handler(handler)
        .bind(new InetSocketAddress("127.0.0.1", 0));
  }

  /** The socket towards the server of a client. */
  private ChannelFuture socket(InetSocketAddress client) {
    ChannelFuture socket = clients.get(client);
    if (socket == null) {
      if (clients.size() == CLIENTS) {
        Iterator<ChannelFuture> oldest = clients.values().iterator();
        oldest.next().channel().close();
        oldest.remove();
      }
      socket = bind(new FromServer(client));
      clients.put(client, socket);
    }
    return socket;
  }

  private static void send(ChannelFuture socket, ByteBuf packet, InetSocketAddress to) {
    DatagramPacket datagram = new DatagramPacket(packet, to);
    if (socket.isDone()) {
      socket.channel().writeAndFlush(datagram);
    } else {
      // Bound in a moment, in a later task of this loop.
      socket.addListener(bound -> socket.channel().writeAndFlush(datagram));
    }
  }

  private static void pass(Lane lane, ByteBuf packet, Consumer<ByteBuf> out) {
    if (packet.readableBytes() < LONGEST) {
      lane.accept(packet, out);
    } else {
      lane.refuse(packet);
    }
  }

  private final class FromClients extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      DatagramPacket datagram = (DatagramPacket) message;
      ChannelFuture socket = socket(datagram.sender());
      pass(toServer, datagram.content(), packet -> send(socket, packet, server));
    }
  }

  private final class FromServer extends ChannelInboundHandlerAdapter {
    private final InetSocketAddress client;

    FromServer(InetSocketAddress client) {
      this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf content = ((DatagramPacket) message).content();
      pass(toClient, content, packet -> front.writeAndFlush(new DatagramPacket(packet, client)));
    }
  }
}
