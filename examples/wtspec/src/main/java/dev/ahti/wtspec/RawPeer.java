package dev.ahti.wtspec;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QLogConfiguration;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.codec.quic.RawQuicAccess;
import io.netty.handler.codec.quic.SslEarlyDataReadyEvent;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A peer that knows QUIC and nothing else: it writes the bytes it is given and records what comes.
 * Either side, one connection, on an event loop of its own; loopback only.
 *
 * <p>Waits for up to ten seconds, then throws an {@link AssertionError}. Up to 65,536 streams and
 * as many datagrams are kept for whoever takes them; above that the connection is closed, for a
 * record with holes would prove nothing.
 *
 * <p>One thread at a time. {@link #close} ends connection, socket and event loop.
 */
public final class RawPeer implements AutoCloseable {
  private static final int KEPT = 1 << 16;

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final BlockingQueue<RawStream> streams = new ArrayBlockingQueue<>(KEPT);
  private final BlockingQueue<byte[]> datagrams = new ArrayBlockingQueue<>(KEPT);
  private final CompletableFuture<RawClose> closed = new CompletableFuture<>();
  private final CompletableFuture<QuicChannel> connected = new CompletableFuture<>();
  private final CompletableFuture<RawStream> earlyStream = new CompletableFuture<>();
  private final AtomicInteger further = new AtomicInteger();
  private final RawOptions options;
  private final boolean server;
  private final PacketGate gate;
  private final Channel udp;

  private RawPeer(RawOptions options, boolean server) {
    this.options = options;
    this.server = server;
    gate = new PacketGate(!server && !early().isEmpty());
    udp =
        new Bootstrap()
            .group(group)
            .channel(NioDatagramChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel socket) {
                    socket.pipeline().addLast(gate, server ? serverCodec() : clientCodec());
                  }
                })
            .bind(new InetSocketAddress(options.from(), 0))
            .syncUninterruptibly()
            .channel();
  }

  /** The server's address on this machine, of the family of the client's. */
  static String server(String from) {
    return from.indexOf(':') < 0 ? "127.0.0.1" : "::1";
  }

  /** Connects to a server on a port of 127.0.0.1, whatever certificate it shows. */
  public static RawPeer connect(int port) {
    return connect(port, RawOptions.DEFAULTS);
  }

  /** Connects with these options. */
  public static RawPeer connect(int port, RawOptions options) {
    RawPeer peer = connecting(port, options);
    try {
      peer.connection();
      return peer;
    } catch (AssertionError e) {
      peer.close();
      throw e;
    }
  }

  /** How a server refuses a handshake with these options, which it must. */
  public static RawClose refused(int port, RawOptions options) {
    try (RawPeer peer = connecting(port, options)) {
      return peer.closed();
    }
  }

  private static RawPeer connecting(int port, RawOptions options) {
    RawPeer peer = new RawPeer(options, false);
    QuicChannel.newBootstrap(peer.udp)
        .handler(peer.new Connection())
        .option(QuicChannelOption.QLOG, peer.qlog("client"))
        .remoteAddress(new InetSocketAddress(server(options.from()), port))
        .connect()
        .addListener(
            connect -> {
              if (connect.cause() != null) {
                peer.connected.completeExceptionally(connect.cause());
              }
            });
    return peer;
  }

  private @Nullable QLogConfiguration qlog(String title) {
    return options
        .qlog()
        .map(directory -> new QLogConfiguration(directory.toString(), title, "raw peer"))
        .orElse(null);
  }

  /** Listens for one connection, on a free port of 127.0.0.1. */
  public static RawPeer listen() {
    return listen(RawOptions.DEFAULTS);
  }

  /** Listens for one connection with these options. */
  public static RawPeer listen(RawOptions options) {
    return new RawPeer(options, true);
  }

  private ChannelHandler clientCodec() {
    if (options.tickets().isPresent()) {
      return codec(
              new QuicClientCodecBuilder().sslEngineProvider(options.tickets().get()::newClient))
          .build();
    }
    QuicSslContext context =
        QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .endpointIdentificationAlgorithm("")
            .applicationProtocols(options.applicationProtocol())
            .build();
    return codec(new QuicClientCodecBuilder().sslContext(context)).build();
  }

  private ChannelHandler serverCodec() {
    RawCertificate certificate = options.certificate();
    QuicSslContext context =
        options
            .tickets()
            .map(RawTickets::server)
            .orElseGet(
                () ->
                    QuicSslContextBuilder.forServer(
                            certificate.key(),
                            null,
                            certificate.chain().toArray(new X509Certificate[0]))
                        .applicationProtocols(options.applicationProtocol())
                        .build());
    return codec(new QuicServerCodecBuilder().sslContext(context).handler(new Connection()))
        .option(QuicChannelOption.QLOG, qlog("server"))
        .build();
  }

  private <B extends QuicCodecBuilder<B>> B codec(B builder) {
    builder
        .maxIdleTimeout(options.idleSeconds(), TimeUnit.SECONDS)
        .initialMaxData(options.connectionData())
        .initialMaxStreamDataBidirectionalLocal(options.streamData())
        .initialMaxStreamDataBidirectionalRemote(options.streamData())
        .initialMaxStreamDataUnidirectional(options.streamData())
        .initialMaxStreamsBidirectional(options.bidirectionalStreams())
        .initialMaxStreamsUnidirectional(options.unidirectionalStreams());
    return options.datagrams() ? builder.datagram(1000, 1000) : builder;
  }

  /** The port of a peer that listens. */
  public int port() {
    return ((InetSocketAddress) udp.localAddress()).getPort();
  }

  /** The connection, once there is one. */
  public QuicChannel connection() {
    return Take.from(connected, "a connection");
  }

  /** Opens a stream and writes its first bytes, given in hexadecimal digits; none open it later. */
  public RawStream open(QuicStreamType type, String hex) {
    RawStream stream = new RawStream(options.bytewise());
    connection().createStream(type, stream.recorder()).syncUninterruptibly();
    if (!hex.isEmpty()) {
      stream.write(hex);
    }
    return stream;
  }

  /** Opens a bidirectional stream and writes its first bytes. */
  public RawStream bidirectional(String hex) {
    return open(QuicStreamType.BIDIRECTIONAL, hex);
  }

  /** Opens a unidirectional stream and writes its first bytes. */
  public RawStream unidirectional(String hex) {
    return open(QuicStreamType.UNIDIRECTIONAL, hex);
  }

  /** The next stream that the other side opened. */
  public RawStream accept() {
    return Take.from(streams, "a stream");
  }

  /** How many UDP payloads with early data (0-RTT) came or went. */
  public int earlyPackets() {
    return gate.early();
  }

  /** The stream that early data was written on. */
  public RawStream earlyStream() {
    return Take.from(earlyStream, "early data");
  }

  private String early() {
    return options.tickets().map(RawTickets::early).orElse("");
  }

  /** Whether the connection goes on with the TLS session of an earlier one. */
  public boolean resumed() {
    return RawQuicAccess.resumed(connection());
  }

  /**
   * Waits until this client has all that it needs to finish a handshake that is held back behind
   * its early data.
   */
  public void awaitHandshakeHeld() {
    Take.from(gate.held(), "the end of a handshake");
  }

  /** Finishes a handshake that is held back. */
  public void finishHandshake() {
    udp.eventLoop().execute(() -> gate.open(udp.pipeline().context(gate)));
  }

  /** How many connections came to one who listens after the first; they are closed at once. */
  public int furtherConnections() {
    return further.get();
  }

  /** How many streams that the other side opened nobody has accepted. */
  public int waitingStreams() {
    return streams.size();
  }

  /** Sends a datagram, given in hexadecimal digits. */
  public void datagram(String hex) {
    connection().writeAndFlush(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));
  }

  /** The next datagram, in hexadecimal digits. */
  public String datagram() {
    return HexFormat.of().formatHex(Take.from(datagrams, "a datagram"));
  }

  /** The longest datagram the other side takes, in bytes; negative when it announced none. */
  public int peersDatagramLimit() {
    QuicChannel channel = connection();
    return channel
        .eventLoop()
        .submit(() -> RawQuicAccess.peersDatagramLimit(channel))
        .syncUninterruptibly()
        .getNow();
  }

  /** How the other side closed the connection. */
  public RawClose closed() {
    return Take.from(closed, "the close of the connection");
  }

  /** The code with which the other side closed the connection, such as "0x108". */
  public String closeCode() {
    return "0x" + Long.toHexString(closed().code());
  }

  /** Closes the connection as HTTP/3 would, with a code and a text. */
  public void disconnect(int code, String reason) {
    connection()
        .close(true, code, Unpooled.copiedBuffer(reason, StandardCharsets.UTF_8))
        .syncUninterruptibly();
  }

  /** Falls silent: nothing more is sent, nothing more is heard, and nobody is told. */
  public void vanish() {
    udp.close().syncUninterruptibly();
  }

  /** A second time does nothing. */
  @Override
  public void close() {
    if (group.isTerminated()) {
      return;
    }
    QuicChannel channel = connected.isCompletedExceptionally() ? null : connected.getNow(null);
    if (channel != null) {
      channel.close().syncUninterruptibly();
    }
    udp.close().syncUninterruptibly();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @ChannelHandler.Sharable
  private final class Connection extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRegistered(ChannelHandlerContext ctx) {
      if (options.tickets().isPresent()) {
        // Netty reads by itself only from the end of the handshake on.
        ctx.read();
      }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      if (!connected.complete((QuicChannel) ctx.channel())
          && ctx.channel() != connected.getNow(null)) {
        further.incrementAndGet();
        ctx.close();
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (options.tickets().isPresent()) {
        // Early data, before the channel is active.
        connected.complete((QuicChannel) ctx.channel());
      }
      if (ctx.channel() != connected.getNow(null)) {
        ReferenceCountUtil.release(message);
        return;
      }
      boolean kept;
      if (message instanceof QuicStreamChannel channel) {
        RawStream stream = new RawStream(options.bytewise());
        channel.pipeline().addLast(stream.recorder());
        ctx.channel().eventLoop().register(channel);
        kept = streams.offer(stream);
      } else {
        ByteBuf datagram = (ByteBuf) message;
        kept = datagrams.offer(ByteBufUtil.getBytes(datagram));
        datagram.release();
      }
      if (!kept) {
        closed.completeExceptionally(new IllegalStateException("more came than is kept"));
        ctx.close();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslEarlyDataReadyEvent && !early().isEmpty()) {
        // Where early data is refused, Netty tells the end of the handshake late.
        connected.complete((QuicChannel) ctx.channel());
        // Comes while the packet with the ClientHello is made, and then nothing is sent.
        ctx.channel().eventLoop().execute(() -> sendEarly((QuicChannel) ctx.channel()));
      }
      // A client has but one connection, and is refused before that is one.
      if (event instanceof QuicConnectionCloseEvent close
          && (!server || ctx.channel() == connected.getNow(null))) {
        closed.complete(
            new RawClose(
                close.isApplicationClose(),
                Integer.toUnsignedLong(close.error()),
                RawQuicAccess.reason(close)));
      }
    }

    private void sendEarly(QuicChannel channel) {
      RawStream stream = new RawStream(false);
      channel
          .createStream(QuicStreamType.BIDIRECTIONAL, stream.recorder())
          .addListener(opened -> earlyStream.complete(stream.write(early())));
    }
  }
}
