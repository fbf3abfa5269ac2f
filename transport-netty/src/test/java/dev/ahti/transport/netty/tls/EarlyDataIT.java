package dev.ahti.transport.netty.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.transport.netty.TestCertificate;
import dev.ahti.transport.netty.TestNet;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.codec.quic.SslEarlyDataReadyEvent;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Early data is offered to us and asked of us by raw peers that have it on, in a second connection
 * with a ticket of the first. The raw peers use it between themselves, or the tests of ours would
 * show nothing.
 */
@DisplayName("N17, draft-ietf-webtrans-http3-16 3.2: no CONNECT in 0-RTT")
class EarlyDataIT {
  private final TestNet net = new TestNet();
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final AtomicInteger earlyPackets = new AtomicInteger();
  private final AtomicInteger earlyReady = new AtomicInteger();

  @AfterEach
  void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    net.close();
  }

  /** Counts packets of the type 0-RTT (RFC 9000 17.2.3) that come to a server. */
  private final class EarlyPackets extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf packet = ((DatagramPacket) message).content();
      if (hasEarlyData(packet.slice())) {
        earlyPackets.incrementAndGet();
      }
      ctx.fireChannelRead(message);
    }

    /** Long headers say how long their packet is; several come in one UDP payload. */
    private static boolean hasEarlyData(ByteBuf packets) {
      while (packets.isReadable() && (packets.getByte(packets.readerIndex()) & 0x80) != 0) {
        int type = (packets.readByte() >> 4) & 3;
        if (type == 1) {
          return true;
        }
        packets.skipBytes(4);
        packets.skipBytes(packets.readUnsignedByte());
        packets.skipBytes(packets.readUnsignedByte());
        if (type == 0) {
          packets.skipBytes(number(packets));
        }
        packets.skipBytes(number(packets));
      }
      return false;
    }

    private static int number(ByteBuf packets) {
      int first = packets.readUnsignedByte();
      int value = first & 0x3f;
      for (int more = (1 << (first >> 6)) - 1; more > 0; more--) {
        value = value << 8 | packets.readUnsignedByte();
      }
      return value;
    }
  }

  /** Sends something as soon as early data can be sent. */
  private final class SendEarly extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslEarlyDataReadyEvent) {
        earlyReady.incrementAndGet();
        // The event comes while the packet with the ClientHello is made, and then nothing is sent.
        ctx.channel().eventLoop().execute(() -> send((QuicChannel) ctx.channel()));
      }
      ctx.fireUserEventTriggered(event);
    }

    private static void send(QuicChannel connection) {
      connection
          .createStream(QuicStreamType.UNIDIRECTIONAL, nothing())
          .addListener(
              opened ->
                  ((Channel) opened.getNow())
                      .writeAndFlush(Unpooled.wrappedBuffer(new byte[] {0, 4, 0})));
    }
  }

  private static <B extends QuicCodecBuilder<B>> B windows(B codec) {
    return codec
        .maxIdleTimeout(10, TimeUnit.SECONDS)
        .initialMaxData(1 << 20)
        .initialMaxStreamDataBidirectionalRemote(1 << 17)
        .initialMaxStreamDataBidirectionalLocal(1 << 17)
        .initialMaxStreamDataUnidirectional(1 << 17)
        .initialMaxStreamsBidirectional(100)
        .initialMaxStreamsUnidirectional(100)
        .datagram(100, 100);
  }

  private Channel bind(ChannelHandler... handlers) {
    return new Bootstrap()
        .group(group)
        .channel(NioDatagramChannel.class)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handlers);
              }
            })
        .bind(new InetSocketAddress("127.0.0.1", 0))
        .syncUninterruptibly()
        .channel();
  }

  private static ChannelHandler nothing() {
    return new ChannelInitializer<Channel>() {
      @Override
      protected void initChannel(Channel channel) {
        // What comes is dropped.
      }
    };
  }

  private int rawServer() {
    QuicSslContext context =
        QuicSslContextBuilder.forServer(
                TestCertificate.shared().key(),
                null,
                TestCertificate.shared().chain().toArray(new X509Certificate[0]))
            .applicationProtocols("h3")
            .earlyData(true)
            .build();
    Channel udp =
        bind(
            new EarlyPackets(),
            windows(new QuicServerCodecBuilder())
                .sslContext(context)
                .handler(nothing())
                .streamHandler(nothing())
                .build());
    return ((InetSocketAddress) udp.localAddress()).getPort();
  }

  /** Connects twice; in between the ticket comes. */
  private void rawClient(int port) {
    QuicSslContext context =
        QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .endpointIdentificationAlgorithm("")
            .applicationProtocols("h3")
            .earlyData(true)
            .build();
    for (int i = 0; i < 2; i++) {
      Channel udp =
          bind(
              windows(new QuicClientCodecBuilder())
                  .sslEngineProvider(q -> context.newEngine(q.alloc(), "127.0.0.1", port))
                  .build());
      QuicChannel connection =
          QuicChannel.newBootstrap(udp)
              .handler(new SendEarly())
              .streamHandler(nothing())
              .remoteAddress(new InetSocketAddress("127.0.0.1", port))
              .connect()
              .syncUninterruptibly()
              .getNow();
      roundTrips(connection);
      connection.close().syncUninterruptibly();
      udp.close().syncUninterruptibly();
    }
  }

  /** By then the server's ticket, which comes right behind its handshake, is here. */
  private static void roundTrips(QuicChannel connection) {
    long before = connection.collectStats().syncUninterruptibly().getNow().recv();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    while (connection.collectStats().syncUninterruptibly().getNow().recv() < before + 2
        && System.nanoTime() - deadline < 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void rawPeersUseItBetweenThemselves() {
    rawClient(rawServer());
    assertEquals(1, earlyReady.get());
    assertTrue(earlyPackets.get() > 0);
  }

  @Conformance({"H3-S-16"})
  @Test
  void ourServerAcceptsNone() {
    rawClient(net.listen().localAddress().getPort());
    assertEquals(0, earlyReady.get(), "a ticket of ours is good for no early data");
    net.accepted();
    net.accepted();
  }

  @Conformance({"H3-C-18", "H3-C-19"})
  @Test
  void ourClientSendsNone() {
    int port = rawServer();
    for (int i = 0; i < 2; i++) {
      TestNet.Side client = net.drive(net.dial(port, ServerTrust.Insecure.INSTANCE));
      net.kit.stop(client.actor());
      client.expectClosed();
    }
    assertEquals(0, earlyPackets.get());
  }
}
