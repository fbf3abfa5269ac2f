package dev.ahti.transport.netty;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.CongestionControl;
import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.StreamCounts;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.transport.netty.http3.ConnectionFactory;
import dev.ahti.transport.netty.http3.ConnectionHandler;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.loop.NettyLoops;
import dev.ahti.transport.netty.quic.HandshakeGuard;
import dev.ahti.transport.netty.quic.HandshakeLoad;
import dev.ahti.transport.netty.quic.QuicSockets;
import dev.ahti.transport.netty.tls.QuicTls;
import dev.ahti.transport.netty.tls.ServerContexts;
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
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Binds listeners. Where the system can share a port, each loop has a socket of its own and the
 * kernel spreads the clients; packets that it gives to another loop than their connection's are
 * handed on by the index in the connection id.
 */
final class QuicBinder {
  /** The index of a socket that shares its port with no other. */
  private static final int ALONE = -1;

  private final NettyLoops loops;
  private final QuicSockets sockets;
  private final ConnectionFactory factory;
  private final QuicTls tls;
  private final NettyTransport.Open open;
  private final ListenerKeys keys;

  QuicBinder(
      NettyLoops loops,
      QuicSockets sockets,
      ConnectionFactory factory,
      QuicTls tls,
      NettyTransport.Open open,
      ListenerKeys keys) {
    this.loops = loops;
    this.sockets = sockets;
    this.factory = factory;
    this.tls = tls;
    this.open = open;
    this.keys = keys;
  }

  /**
   * Starts to listen.
   *
   * @param wanted resolved
   * @param load the handshakes of the listener
   */
  CompletableFuture<NettyListener.Part> bind(
      ListenOptions options,
      InetSocketAddress wanted,
      HandshakeLoad load,
      Consumer<TransportConnection> onConnection) {
    CompletableFuture<NettyListener.Part> result = new CompletableFuture<>();
    Listening listening;
    InetSocketAddress address = wanted;
    boolean shared = sockets.canSharePort() && loops.all().size() > 1;
    try {
      listening = new Listening(options, tls.server(options.tls()), load, onConnection);
      if (shared) {
        address = claim(address);
      }
    } catch (IOException | RuntimeException failure) {
      result.completeExceptionally(failed(options, failure));
      return result;
    }
    if (shared) {
      bindNext(listening, address, new Dispatcher(listening), new ArrayList<>(), result);
    } else {
      NettyLoop loop = loops.next();
      ChannelHandler codec =
          new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel udp) {
              QuicSockets.addCodec(
                  udp,
                  loop,
                  codec(listening, loop, udp)
                      .connectionIdAddressGenerator(keys.connectionIds(ALONE))
                      .build());
            }
          };
      finish(
          sockets.bind(loop, address, false, keys.shortPackets(), codec),
          listening,
          new ArrayList<>(),
          result);
    }
    return result;
  }

  /**
   * Binds alone once, as sockets that share a port would also share it with another process of the
   * same user; gives the address with the port.
   */
  private static InetSocketAddress claim(InetSocketAddress address) throws IOException {
    try (DatagramSocket probe = new DatagramSocket(null)) {
      probe.setReuseAddress(false);
      probe.bind(address);
      return new InetSocketAddress(address.getAddress(), probe.getLocalPort());
    }
  }

  /** What the sockets of one listener share. */
  private record Listening(
      ListenOptions options,
      ServerContexts contexts,
      HandshakeLoad load,
      Consumer<TransportConnection> onConnection) {}

  private void bindNext(
      Listening listening,
      InetSocketAddress address,
      Dispatcher dispatcher,
      List<Channel> bound,
      CompletableFuture<NettyListener.Part> result) {
    NettyLoop loop = loops.all().get(bound.size());
    ChannelFuture next = sockets.bind(loop, address, true, keys.shortPackets(), dispatcher);
    if (bound.size() == loops.all().size() - 1) {
      finish(next, listening, bound, result);
      return;
    }
    next.addListener(
        done -> {
          if (done.isSuccess()) {
            bound.add(next.channel());
            bindNext(listening, address, dispatcher, bound, result);
          } else {
            fail(listening.options(), bound, result, done.cause());
          }
        });
  }

  private void finish(
      ChannelFuture last,
      Listening listening,
      List<Channel> bound,
      CompletableFuture<NettyListener.Part> result) {
    last.addListener(
        done -> {
          if (done.isSuccess()) {
            bound.add(last.channel());
            open.sockets().addAll(bound);
            result.complete(new NettyListener.Part(bound, listening.contexts()::prepare));
          } else {
            fail(listening.options(), bound, result, done.cause());
          }
        });
  }

  private static void fail(
      ListenOptions options,
      List<Channel> bound,
      CompletableFuture<NettyListener.Part> result,
      Throwable cause) {
    bound.forEach(Channel::close);
    result.completeExceptionally(failed(options, cause));
  }

  private static IOException failed(ListenOptions options, Throwable cause) {
    return ListenerBinder.failed("UDP", options, cause);
  }

  private QuicServerCodecBuilder codec(Listening listening, NettyLoop loop, Channel udp) {
    ListenOptions options = listening.options();
    CongestionControl congestion = sockets.congestionControl(options.congestionControl());
    return keys.configure(
            sockets.configure(new QuicServerCodecBuilder(), congestion, StreamCounts.UNKNOWN),
            udp,
            listening.load())
        .sslEngineProvider(listening.contexts()::newEngine)
        .option(ChannelOption.AUTO_READ, false)
        .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, sockets.segments())
        .option(QuicChannelOption.QLOG, sockets.qlog("listener " + options.name()))
        .handler(
            new ChannelInitializer<QuicChannel>() {
              @Override
              protected void initChannel(QuicChannel channel) {
                open.connections().add(channel);
                channel
                    .pipeline()
                    .addLast(new HandshakeGuard(listening.load(), loop.timers()))
                    .addLast(
                        new ConnectionHandler(
                            factory,
                            loop,
                            true,
                            congestion,
                            options.settings().getOrDefault(HttpVersion.HTTP_3, Map.of()),
                            listening.onConnection()::accept));
              }
            });
  }

  /** One for all sockets of a listener. */
  private final class Dispatcher extends QuicCodecDispatcher {
    private final Listening listening;

    Dispatcher(Listening listening) {
      this.listening = listening;
    }

    @Override
    protected QuicConnectionIdGenerator newIdGenerator(int index) {
      return keys.connectionIds(index);
    }

    @Override
    protected void initChannel(
        Channel udp, int localConnectionIdLength, QuicConnectionIdGenerator ids) {
      for (NettyLoop loop : loops.all()) {
        if (loop.eventLoop() == udp.eventLoop()) {
          QuicSockets.addCodec(
              udp,
              loop,
              codec(listening, loop, udp)
                  .localConnectionIdLength(localConnectionIdLength)
                  .connectionIdAddressGenerator(ids)
                  .build());
        }
      }
    }
  }
}
