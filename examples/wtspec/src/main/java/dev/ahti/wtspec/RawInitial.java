package dev.ahti.wtspec;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** The first packets of clients: right ones, and what else can look like one. */
public final class RawInitial {
  /** The least that a UDP payload with an Initial packet may have (RFC 9000 14.1). */
  public static final int LEAST = 1200;

  private static final int PATIENCE_MILLIS = 10_000;
  private static final byte INITIAL = (byte) 0xc0;
  private static final byte[] SOME_ID = {1, 2, 3, 4, 5, 6, 7, 8};

  private RawInitial() {}

  /** What so many clients with HTTP/3 begin with, each a payload of 1,200 bytes. */
  public static List<byte[]> real(int clients) {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (DatagramSocket sink = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
      sink.setSoTimeout(PATIENCE_MILLIS);
      List<byte[]> payloads = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        Channel udp = udp(group);
        QuicChannel.newBootstrap(udp)
            .handler(new ChannelInboundHandlerAdapter())
            .streamHandler(new ChannelInboundHandlerAdapter())
            .remoteAddress(sink.getLocalSocketAddress())
            .connect();
        DatagramPacket packet = new DatagramPacket(new byte[2 * LEAST], 2 * LEAST);
        sink.receive(packet);
        payloads.add(Arrays.copyOf(packet.getData(), packet.getLength()));
        // Before it sends again.
        udp.close().syncUninterruptibly();
      }
      return payloads;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  private static Channel udp(MultiThreadIoEventLoopGroup group) {
    return new Bootstrap()
        .group(group)
        .channel(NioDatagramChannel.class)
        .handler(
            new QuicClientCodecBuilder()
                .sslContext(
                    QuicSslContextBuilder.forClient()
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .endpointIdentificationAlgorithm("")
                        .applicationProtocols("h3")
                        .build())
                .build())
        .bind(new InetSocketAddress("127.0.0.1", 0))
        .syncUninterruptibly()
        .channel();
  }

  /** A payload of this length that looks like an Initial of this version; its rest is noise. */
  public static byte[] noise(int version, byte[] token, int length, Random random) {
    return noise(version, SOME_ID, token, length, random);
  }

  /** The same, to this connection id. */
  public static byte[] noise(int version, byte[] id, byte[] token, int length, Random random) {
    byte[] payload = new byte[length];
    random.nextBytes(payload);
    ByteBuffer out = ByteBuffer.wrap(payload).put(INITIAL).putInt(version);
    out.put((byte) id.length).put(id).put((byte) 0);
    if (token.length > 0x3f) {
      throw new IllegalArgumentException("token: " + token.length + " bytes (expected: below 64)");
    }
    out.put((byte) token.length).put(token);
    // The length of the packet: all that is left.
    int left = out.remaining() - Short.BYTES;
    out.putShort((short) (0x4000 | left));
    return payload;
  }
}
