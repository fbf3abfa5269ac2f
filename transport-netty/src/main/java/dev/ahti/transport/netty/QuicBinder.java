package dev.ahti.transport.netty;

import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportListener;
import dev.ahti.transport.netty.http3.ConnectionFactory;
import dev.ahti.transport.netty.http3.ConnectionHandler;
import dev.ahti.transport.netty.quic.NettyLoop;
import dev.ahti.transport.netty.quic.NettyLoops;
import dev.ahti.transport.netty.quic.QuicSockets;
import dev.ahti.transport.netty.tls.QuicTls;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicCodecDispatcher;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Binds listeners. Where the system can share a port, each loop has a socket of its own and the
 * kernel spreads the clients; packets that it gives to another loop than their connection's are
 * handed on by the index in the connection id.
 */
final class QuicBinder {
  private final NettyLoops loops;
  private final QuicSockets sockets;
  private final ConnectionFactory factory;
  private final QuicTls tls;
  private final NettyTransport.Open open;

  QuicBinder(
      NettyLoops loops,
      QuicSockets sockets,
      ConnectionFactory factory,
      QuicTls tls,
      NettyTransport.Open open) {
    this.loops = loops;
    this.sockets = sockets;
    this.factory = factory;
    this.tls = tls;
    this.open = open;
  }

  CompletionStage<TransportListener> bind(
      ListenOptions options, Consumer<TransportConnection> onConnection) {
    CompletableFuture<TransportListener> result = new CompletableFuture<>();
    QuicSslContext context;
    InetSocketAddress address = options.address();
    boolean shared = sockets.canSharePort() && loops.all().size() > 1;
    try {
      context = tls.server(options.credentials());
      if (shared) {
        address = claim(address);
      }
    } catch (IOException | RuntimeException failure) {
      result.completeExceptionally(failed(options.address(), failure));
      return result;
    }
    if (shared) {
      Dispatcher dispatcher = new Dispatcher(options, context, onConnection);
      bindNext(options, address, dispatcher, new ArrayList<>(), result);
    } else {
      NettyLoop loop = loops.next();
      ChannelHandler codec =
          new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel udp) {
              QuicSockets.addCodec(udp, loop, codec(options, context, loop, onConnection).build());
            }
          };
      finish(sockets.bind(loop, address, false, codec), options, new ArrayList<>(), result);
    }
    return result;
  }

  /**
   * Binds alone once, as sockets that share a port would also share it with another process of the
   * same user; gives the address with the port.
   */
  private static InetSocketAddress claim(InetSocketAddress address) throws IOException {
    if (address.isUnresolved()) {
      throw new IOException("the host is unknown");
    }
    try (DatagramSocket probe = new DatagramSocket(null)) {
      probe.setReuseAddress(false);
      probe.bind(address);
      return new InetSocketAddress(address.getAddress(), probe.getLocalPort());
    }
  }

  private void bindNext(
      ListenOptions options,
      InetSocketAddress address,
      Dispatcher dispatcher,
      List<Channel> bound,
      CompletableFuture<TransportListener> result) {
    NettyLoop loop = loops.all().get(bound.size());
    ChannelFuture next = sockets.bind(loop, address, true, dispatcher);
    if (bound.size() == loops.all().size() - 1) {
      finish(next, options, bound, result);
      return;
    }
    next.addListener(
        done -> {
          if (done.isSuccess()) {
            bound.add(next.channel());
            bindNext(options, address, dispatcher, bound, result);
          } else {
            fail(options, bound, result, done.cause());
          }
        });
  }

  private void finish(
      ChannelFuture last,
      ListenOptions options,
      List<Channel> bound,
      CompletableFuture<TransportListener> result) {
    last.addListener(
        done -> {
          if (done.isSuccess()) {
            bound.add(last.channel());
            open.sockets().addAll(bound);
            result.complete(new NettyListener(bound));
          } else {
            fail(options, bound, result, done.cause());
          }
        });
  }

  private static void fail(
      ListenOptions options,
      List<Channel> bound,
      CompletableFuture<TransportListener> result,
      Throwable cause) {
    bound.forEach(Channel::close);
    result.completeExceptionally(failed(options.address(), cause));
  }

  private static IOException failed(InetSocketAddress address, Throwable cause) {
    String where = address.getHostString() + ":" + address.getPort();
    BindException failure =
        new BindException("cannot listen on UDP " + where + ": " + cause.getMessage());
    failure.initCause(cause);
    return failure;
  }

  private QuicServerCodecBuilder codec(
      ListenOptions options,
      QuicSslContext context,
      NettyLoop loop,
      Consumer<TransportConnection> onConnection) {
    return sockets
        .configure(new QuicServerCodecBuilder())
        .sslContext(context)
        .option(ChannelOption.AUTO_READ, false)
        .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, sockets.segments())
        .handler(
            new ChannelInitializer<QuicChannel>() {
              @Override
              protected void initChannel(QuicChannel channel) {
                open.connections().add(channel);
                channel
                    .pipeline()
                    .addLast(
                        new ConnectionHandler(
                            factory, loop, true, options.settings(), onConnection::accept));
              }
            });
  }

  /** One for all sockets of a listener. */
  private final class Dispatcher extends QuicCodecDispatcher {
    private final ListenOptions options;
    private final QuicSslContext context;
    private final Consumer<TransportConnection> onConnection;

    Dispatcher(
        ListenOptions options, QuicSslContext context, Consumer<TransportConnection> onConnection) {
      this.options = options;
      this.context = context;
      this.onConnection = onConnection;
    }

    @Override
    protected void initChannel(
        Channel udp, int localConnectionIdLength, QuicConnectionIdGenerator ids) {
      for (NettyLoop loop : loops.all()) {
        if (loop.eventLoop() == udp.eventLoop()) {
          QuicSockets.addCodec(
              udp,
              loop,
              codec(options, context, loop, onConnection)
                  .localConnectionIdLength(localConnectionIdLength)
                  .connectionIdAddressGenerator(ids)
                  .build());
        }
      }
    }
  }
}
