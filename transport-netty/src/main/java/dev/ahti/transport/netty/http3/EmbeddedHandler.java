package dev.ahti.transport.netty.http3;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.ConnectionFacts;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.transport.netty.loop.NettyLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicDatagramExtensionEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamLimitChangedEvent;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Before the handler of somebody else's HTTP/3 on a QUIC connection, which it adds: takes the
 * streams and datagrams of sessions, and lets all else pass.
 */
public final class EmbeddedHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedHandler.class);

  private final ConnectionFactory factory;
  private final Function<QuicChannel, NettyLoop> loops;
  private final Function<QuicChannel, ChannelHandler> server;
  private final Consumer<Http3Connection> whenWanted;
  private final Consumer<TransportConnection> whenGone;
  private @Nullable Http3Connection connection;
  private @Nullable HostStreams host;
  private @Nullable RuntimeException wrong;

  /**
   * For one connection.
   *
   * @param loops finds the loop of a connection, and what tells it of packets there
   * @param server makes the server's own handler; throws what is wrong with how it is set up
   * @param whenWanted is called on the loop once there is something for the engine
   * @param whenGone is called on the loop when the connection is closed
   */
  public EmbeddedHandler(
      ConnectionFactory factory,
      Function<QuicChannel, NettyLoop> loops,
      Function<QuicChannel, ChannelHandler> server,
      Consumer<Http3Connection> whenWanted,
      Consumer<TransportConnection> whenGone) {
    this.factory = factory;
    this.loops = loops;
    this.server = server;
    this.whenWanted = whenWanted;
    this.whenGone = whenGone;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    QuicChannel channel = (QuicChannel) ctx.channel();
    try {
      ctx.pipeline().addAfter(ctx.name(), null, server.apply(channel));
      factory.connections().add(channel);
      if (channel.isActive()) {
        begin(ctx);
      }
    } catch (RuntimeException failure) {
      if (channel.isActive()) {
        fail(channel, failure);
      } else {
        // Closed in its handshake, it would not tell the client.
        wrong = failure;
      }
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (wrong != null) {
      fail((QuicChannel) ctx.channel(), wrong);
      return;
    }
    // The server's handler opens its control stream.
    ctx.fireChannelActive();
    if (ctx.channel().isOpen() && connection == null) {
      try {
        begin(ctx);
      } catch (RuntimeException failure) {
        fail((QuicChannel) ctx.channel(), failure);
      }
    }
  }

  /** The handshake may be done, and then nobody else would ever close it. */
  private static void fail(QuicChannel channel, RuntimeException failure) {
    LOG.error("{} is closed: {}", channel.remoteSocketAddress(), failure.getMessage());
    QuicAccess.close(channel, (int) Http3ErrorCode.H3_INTERNAL_ERROR, Unpooled.EMPTY_BUFFER);
  }

  private void begin(ChannelHandlerContext ctx) {
    QuicChannel channel = (QuicChannel) ctx.channel();
    Http3Connection begun =
        factory.connection(
            channel,
            loops.apply(channel),
            true,
            facts(channel.sslEngine()),
            LocalControlStream.of(channel),
            Optional.of(whenWanted));
    connection = begun;
    host = new HostStreams(ctx, begun);
  }

  private static ConnectionFacts facts(@Nullable SSLEngine tls) {
    return new ConnectionFacts(
        tls == null ? List.of() : chain(tls),
        Optional.empty(),
        Optional.empty(),
        HttpVersion.HTTP_3,
        true,
        true);
  }

  private static List<X509Certificate> chain(SSLEngine tls) {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate one : tls.getSession().getPeerCertificates()) {
        chain.add((X509Certificate) one);
      }
    } catch (SSLPeerUnverifiedException none) {
      return List.of();
    }
    return chain;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Http3Connection open = connection;
    HostStreams others = host;
    if (open == null || others == null) {
      ctx.fireChannelRead(message);
    } else if (message instanceof QuicStreamChannel stream) {
      if (ctx.channel().isOpen()) {
        factory.streams().add(stream);
        stream.pipeline().addLast(open.intake(others));
        ctx.channel().eventLoop().register(stream);
      } else {
        // It came in the packet of one that ended the connection: Netty would close it no more.
        QuicAccess.close(stream);
      }
    } else if (message instanceof ByteBuf datagram && !isOfServer(datagram, others)) {
      try {
        open.datagramReceived(datagram);
      } finally {
        datagram.release();
      }
    } else {
      ctx.fireChannelRead(message);
    }
  }

  private static boolean isOfServer(ByteBuf datagram, HostStreams others) {
    long quarter = VarInts.read(datagram.duplicate());
    return quarter >= 0 && others.owns(quarter * 4);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    Http3Connection open = connection;
    if (open != null) {
      if (event instanceof QuicConnectionCloseEvent close) {
        open.closedByPeer(close);
      } else if (event instanceof QuicDatagramExtensionEvent) {
        open.datagramLimitChanged();
      } else if (event instanceof QuicStreamLimitChangedEvent) {
        open.streamLimitChanged();
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (connection != null) {
      connection.closed();
      whenGone.accept(connection);
    }
    ctx.fireChannelInactive();
  }
}
