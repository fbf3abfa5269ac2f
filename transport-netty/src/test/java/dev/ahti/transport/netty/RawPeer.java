package dev.ahti.transport.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A peer that knows QUIC and nothing else: it writes the bytes that a test gives it and records
 * what comes. Either side.
 */
public final class RawPeer implements AutoCloseable {

  /** A stream of the peer, with what came on it. */
  public static final class RawStream extends ChannelInboundHandlerAdapter {
    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
    private volatile QuicStreamChannel channel;
    private byte[] rest = new byte[0];

    public QuicStreamChannel channel() {
      return channel;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      channel = (QuicStreamChannel) ctx.channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      events.add(ByteBufUtil.getBytes(bytes));
      bytes.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        events.add("FIN");
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      events.add(
          cause instanceof QuicStreamResetException reset
              ? "RESET 0x" + Long.toHexString(reset.applicationProtocolCode())
              : cause.toString());
    }

    /** The next so many bytes, in hexadecimal digits. */
    public String bytes(int count) {
      byte[] all = rest;
      while (all.length < count) {
        Object next = take();
        if (!(next instanceof byte[] more)) {
          throw new AssertionError(next + " after " + HexFormat.of().formatHex(all));
        }
        byte[] longer = java.util.Arrays.copyOf(all, all.length + more.length);
        System.arraycopy(more, 0, longer, all.length, more.length);
        all = longer;
      }
      rest = java.util.Arrays.copyOfRange(all, count, all.length);
      return HexFormat.of().formatHex(all, 0, count);
    }

    /** How it ended, after whatever bytes: "FIN" or "RESET 0x…". */
    public Object end() {
      Object next;
      do {
        next = take();
      } while (next instanceof byte[]);
      return next;
    }

    private Object take() {
      return RawPeer.take(events, "a stream event");
    }

    /** Writes bytes given in hexadecimal digits. */
    public RawStream write(String hex) {
      channel.writeAndFlush(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));
      return this;
    }

    /** Writes the last bytes. */
    public RawStream finish(String hex) {
      channel.writeAndFlush(
          new DefaultQuicStreamFrame(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)), true));
      return this;
    }

    /** Resets the sending half, stops the receiving half, or both. */
    public void shutdown(boolean read, boolean write, long code) {
      channel.eventLoop().execute(() -> QuicAccess.shutdown(channel, read, write, code));
    }

    /** What QUIC says of the stream's capacity: {@link QuicAccess#STOPPED} after STOP_SENDING. */
    public long capacity() {
      CompletableFuture<Long> capacity = new CompletableFuture<>();
      channel.eventLoop().execute(() -> capacity.complete(QuicAccess.capacity(channel)));
      return TestNet.get(capacity);
    }
  }

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final BlockingQueue<RawStream> streams = new LinkedBlockingQueue<>();
  private final BlockingQueue<byte[]> datagrams = new LinkedBlockingQueue<>();
  private final CompletableFuture<String> closed = new CompletableFuture<>();
  private final CompletableFuture<QuicChannel> connected = new CompletableFuture<>();
  private Channel udp;

  private RawPeer() {}

  /** Connects to a server. */
  public static RawPeer connect(int port) {
    RawPeer peer = new RawPeer();
    QuicSslContext context =
        QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .endpointIdentificationAlgorithm("")
            .applicationProtocols("h3")
            .build();
    peer.bind(peer.codec(new QuicClientCodecBuilder().sslContext(context)).build());
    QuicChannel.newBootstrap(peer.udp)
        .handler(peer.new Connection())
        .remoteAddress(new InetSocketAddress("127.0.0.1", port))
        .connect();
    peer.connection();
    return peer;
  }

  /** Listens for one connection. */
  public static RawPeer listen() {
    return listen(100);
  }

  /** Listens for one connection, whose client may open so many unidirectional streams. */
  public static RawPeer listen(int unidirectionalStreams) {
    RawPeer peer = new RawPeer();
    QuicSslContext context =
        QuicSslContextBuilder.forServer(
                TestCertificate.shared().key(),
                null,
                TestCertificate.shared().chain().toArray(new X509Certificate[0]))
            .applicationProtocols("h3")
            .build();
    peer.bind(
        peer.codec(new QuicServerCodecBuilder().sslContext(context).handler(peer.new Connection()))
            .initialMaxStreamsUnidirectional(unidirectionalStreams)
            .build());
    return peer;
  }

  private <B extends QuicCodecBuilder<B>> B codec(B builder) {
    return builder
        .maxIdleTimeout(10, TimeUnit.SECONDS)
        .initialMaxData(1 << 20)
        .initialMaxStreamDataBidirectionalLocal(1 << 17)
        .initialMaxStreamDataBidirectionalRemote(1 << 17)
        .initialMaxStreamDataUnidirectional(1 << 17)
        .initialMaxStreamsBidirectional(100)
        .initialMaxStreamsUnidirectional(100)
        .datagram(1000, 1000);
  }

  private void bind(ChannelHandler codec) {
    udp =
        new Bootstrap()
            .group(group)
            .channel(NioDatagramChannel.class)
            .handler(codec)
            .bind(new InetSocketAddress("127.0.0.1", 0))
            .syncUninterruptibly()
            .channel();
  }

  /** The port of a peer that listens. */
  public int port() {
    return ((InetSocketAddress) udp.localAddress()).getPort();
  }

  /** The connection, once there is one. */
  public QuicChannel connection() {
    return TestNet.get(connected);
  }

  /** Opens a stream and writes its first bytes, given in hexadecimal digits. */
  public RawStream open(QuicStreamType type, String hex) {
    RawStream stream = new RawStream();
    connection().createStream(type, stream).syncUninterruptibly();
    if (!hex.isEmpty()) {
      stream.write(hex);
    }
    return stream;
  }

  public RawStream bidirectional(String hex) {
    return open(QuicStreamType.BIDIRECTIONAL, hex);
  }

  public RawStream unidirectional(String hex) {
    return open(QuicStreamType.UNIDIRECTIONAL, hex);
  }

  /** The next stream that the other side opened. */
  public RawStream accept() {
    return take(streams, "a stream");
  }

  /** Sends a datagram. */
  public void datagram(String hex) {
    connection().writeAndFlush(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));
  }

  /** The next datagram, in hexadecimal digits. */
  public String datagram() {
    return HexFormat.of().formatHex(take(datagrams, "a datagram"));
  }

  /** The code with which the other side closed the connection, such as "0x108". */
  public String closeCode() {
    return TestNet.get(closed);
  }

  /** A number as QUIC writes it, in hexadecimal digits. */
  public static String number(long value) {
    // RFC 9000 16, written again here: what is tested must not be its own oracle.
    if (value < 1L << 6) {
      return "%02x".formatted(value);
    } else if (value < 1L << 14) {
      return "%04x".formatted(value | 0x4000L);
    } else if (value < 1L << 30) {
      return "%08x".formatted(value | 0x8000_0000L);
    }
    return "%016x".formatted(value | 0xc000_0000_0000_0000L);
  }

  /** Falls silent: nothing more is sent, nothing more is heard, and nobody is told. */
  public void vanish() {
    udp.close().syncUninterruptibly();
  }

  private static <T> T take(BlockingQueue<T> queue, String what) {
    try {
      T next = queue.poll(10, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("waited in vain for " + what);
      }
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    QuicChannel channel = connected.getNow(null);
    if (channel != null) {
      channel.close().syncUninterruptibly();
    }
    udp.close().syncUninterruptibly();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private final class Connection extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      connected.complete((QuicChannel) ctx.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof QuicStreamChannel stream) {
        RawStream raw = new RawStream();
        stream.pipeline().addLast(raw);
        ctx.channel().eventLoop().register(stream);
        streams.add(raw);
      } else {
        ByteBuf datagram = (ByteBuf) message;
        datagrams.add(ByteBufUtil.getBytes(datagram));
        datagram.release();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof QuicConnectionCloseEvent close) {
        closed.complete("0x" + Integer.toHexString(close.error()));
      }
    }
  }
}
