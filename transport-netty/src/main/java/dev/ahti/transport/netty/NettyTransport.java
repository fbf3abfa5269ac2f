package dev.ahti.transport.netty;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.EmbedOptions;
import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.Sockets;
import dev.ahti.engine.spi.Transport;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportContext;
import dev.ahti.engine.spi.TransportListener;
import dev.ahti.engine.spi.TransportUnavailableException;
import dev.ahti.transport.netty.http2.Http2Factory;
import dev.ahti.transport.netty.http3.ConnectionFactory;
import dev.ahti.transport.netty.loop.NettyLoops;
import dev.ahti.transport.netty.loop.OpenChannels;
import dev.ahti.transport.netty.quic.QuicSockets;
import dev.ahti.transport.netty.sockets.NettySockets;
import dev.ahti.transport.netty.tls.KeyLogFile;
import dev.ahti.transport.netty.tls.QuicTls;
import dev.ahti.transport.netty.tls.TcpTls;
import dev.ahti.transport.netty.tls.TransportSecret;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Netty at work in one actor system: the loops, and all that is open on them. Any thread. */
final class NettyTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);

  private final NettySettings settings;
  private final NettyLoops loops;
  private final Open open =
      new Open(
          new DefaultChannelGroup(GlobalEventExecutor.INSTANCE),
          new DefaultChannelGroup(GlobalEventExecutor.INSTANCE));
  private final TcpTls tcpTls;
  private final ListenerBinder binder;
  private final Embedder embedder;
  private final NettySockets sockets;
  private final HostDialer hosts;
  private final QuicDialer dialer;
  private final TcpDialer tcpDialer;
  private final AtomicReference<@Nullable CompletableFuture<Done>> termination =
      new AtomicReference<>();

  NettyTransport(TransportContext context, NettySettings settings) {
    this.settings = settings;
    this.loops =
        new NettyLoops(
            context.system(),
            context.dispatchers(),
            context.gauges(),
            settings.eventLoops(),
            settings.epoll(),
            settings.watchdog(),
            settings.drainLimit(),
            settings.stopPoll(),
            settings.embeddedLoops());
    ConnectionFactory factory =
        new ConnectionFactory(settings.ports(), settings.http3(), context.gauges());
    QuicSockets quicSockets =
        new QuicSockets(
            settings.quic(),
            loops.epoll(),
            new OpenChannels(context.gauges().level(Gauges.SOCKETS)));
    KeyLogFile keyLog = settings.keyLog().map(file -> new KeyLogFile(Path.of(file))).orElse(null);
    QuicTls tls = new QuicTls(settings.clientTlsContexts(), context.gauges(), keyLog);
    settings
        .quic()
        .qlogDirectory()
        .ifPresent(
            directory ->
                LOG.warn(
                    "Each connection writes a qlog to {} (ahti.netty.qlog-directory): for debugging"
                        + " only",
                    directory));
    Executor blocking = context.system().dispatchers().lookup(DispatcherSelector.blocking());
    ListenerKeys keys =
        new ListenerKeys(
            TransportSecret.of(settings.secret()),
            settings.quic().addressValidation(),
            context.gauges());
    this.tcpTls =
        new TcpTls(settings.clientTlsContexts(), context.gauges(), settings.nativeTls(), keyLog);
    Http2Factory http2 = new Http2Factory(settings.http2(), context.gauges());
    this.binder =
        new ListenerBinder(
            new QuicBinder(loops, quicSockets, factory, tls, open, keys),
            new TcpBinder(loops, http2, tcpTls, open),
            keys,
            blocking,
            settings.addresses());
    NettyEmbeddings embeddings = NettyEmbeddings.get(context.system());
    this.embedder =
        (options, onConnection) -> {
          NettyEmbedding embedding =
              new NettyEmbedding(
                  options, loops, quicSockets, factory, http2, onConnection, embeddings::remove);
          embeddings.add(embedding);
          return embedding.listener();
        };
    this.sockets =
        new NettySockets(
            loops,
            settings.sockets(),
            context.gauges(),
            settings.addresses()::of,
            blocking,
            open.connections(),
            open.sockets());
    this.hosts = new HostDialer(loops, settings.addresses(), blocking);
    this.dialer = new QuicDialer(quicSockets, factory, tls, open);
    this.tcpDialer = new TcpDialer(loops, http2, tcpTls, open);
  }

  /** Makes what is embedded in somebody else's server. */
  private interface Embedder {
    TransportListener embed(EmbedOptions options, Consumer<TransportConnection> onConnection);
  }

  /**
   * What has to be closed at the end.
   *
   * @param sockets UDP, and those that listen on TCP
   * @param connections QUIC and TCP
   */
  record Open(ChannelGroup sockets, ChannelGroup connections) {}

  /** What is open now, for tests that look what it is made of. */
  Open open() {
    return open;
  }

  @Override
  public CompletionStage<TransportListener> bind(
      ListenOptions options, Consumer<TransportConnection> onConnection) {
    if (options.settings().containsKey(HttpVersion.HTTP_3)) {
      try {
        NettyTransportProvider.requireQuic();
      } catch (TransportUnavailableException missing) {
        return CompletableFuture.failedFuture(missing);
      }
    }
    return binder.bind(options, onConnection);
  }

  @Override
  public CompletionStage<TransportListener> embed(
      EmbedOptions options, Consumer<TransportConnection> onConnection) {
    if (options.settings().containsKey(HttpVersion.HTTP_3)) {
      try {
        NettyTransportProvider.requireQuic();
      } catch (TransportUnavailableException missing) {
        return CompletableFuture.failedFuture(missing);
      }
    }
    return CompletableFuture.completedFuture(embedder.embed(options, onConnection));
  }

  @Override
  public CompletionStage<TransportConnection> dial(DialOptions options) {
    if (options.version() == HttpVersion.HTTP_3) {
      try {
        NettyTransportProvider.requireQuic();
      } catch (TransportUnavailableException missing) {
        return CompletableFuture.failedFuture(missing);
      }
    }
    return hosts.dial(
        options,
        switch (options.version()) {
          case HTTP_3 -> dialer::dial;
          case HTTP_2 -> tcpDialer::dial;
        });
  }

  @Override
  public Sockets sockets() {
    return sockets;
  }

  @Override
  public CompletionStage<Done> terminate() {
    CompletableFuture<Done> done = new CompletableFuture<>();
    CompletableFuture<Done> before = termination.compareAndExchange(null, done);
    if (before != null) {
      return before.copy();
    }
    // In this order, or a peer would not be told that its connection is closed.
    open.connections().forEach(NettyTransport::close);
    open.connections()
        .newCloseFuture()
        .addListener(
            connectionsClosed ->
                open.sockets()
                    .close()
                    .addListener(
                        socketsClosed -> {
                          tcpTls.close();
                          loops
                              .terminate(settings.shutdownTimeout())
                              .thenRunAsync(() -> done.complete(Done.getInstance()), Runnable::run);
                        }));
    return done.copy();
  }

  private static void close(Channel connection) {
    if (connection instanceof QuicChannel quic) {
      QuicAccess.close(quic, (int) Http3ErrorCode.H3_NO_ERROR, Unpooled.EMPTY_BUFFER);
    } else {
      connection.close();
    }
  }
}
