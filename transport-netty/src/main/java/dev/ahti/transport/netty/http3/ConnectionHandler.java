package dev.ahti.transport.netty.http3;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.CongestionControl;
import dev.ahti.engine.spi.ConnectionFacts;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.tls.Handshake;
import dev.ahti.transport.netty.tls.QuicTls;
import dev.ahti.transport.netty.tls.TlsAlerts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http3.DefaultHttp3SettingsFrame;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.http3.Http3ServerConnectionHandler;
import io.netty.handler.codec.http3.Http3Settings;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicDatagramExtensionEvent;
import io.netty.handler.codec.quic.QuicException;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamLimitChangedEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handler of a QUIC connection's channel: makes the {@link Http3Connection} when the handshake
 * is done, and carries the channel's events to it.
 *
 * <p>Netty's connection handler stands behind it because request streams take their codec from it;
 * it sees neither streams nor datagrams.
 */
public final class ConnectionHandler extends ChannelInboundHandlerAdapter {
  /** How many times the allowed size a header section may decode to before Netty gives up. */
  private static final int DECODED_AT_MOST = 16;

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);
  private static final String ALPN = "h3";
  private static final String REFUSED = "the peer's certificate was refused: ";

  private final ConnectionFactory factory;
  private final NettyLoop loop;
  private final boolean server;
  private final CongestionControl congestionControl;
  private final Map<Long, Long> settings;
  private final Consumer<Http3Connection> onConnection;
  private @Nullable Http3Connection connection;

  /**
   * For one connection.
   *
   * @param server whether this side is the server
   * @param congestionControl what the codec was set up with
   * @param settings the SETTINGS to send, in order
   * @param onConnection is called on the loop once the handshake is done
   */
  public ConnectionHandler(
      ConnectionFactory factory,
      NettyLoop loop,
      boolean server,
      CongestionControl congestionControl,
      Map<Long, Long> settings,
      Consumer<Http3Connection> onConnection) {
    this.factory = factory;
    this.loop = loop;
    this.server = server;
    this.congestionControl = congestionControl;
    this.settings = settings;
    this.onConnection = onConnection;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    factory.connections().add(ctx.channel());
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    QuicChannel channel = (QuicChannel) ctx.channel();
    var engine = channel.sslEngine();
    if (engine == null || !ALPN.equals(engine.getApplicationProtocol())) {
      LOG.debug("{}: ALPN is not h3", channel.remoteSocketAddress());
      ctx.close();
      return;
    }
    ConnectionFacts facts = facts(channel);
    // A session that goes on from a ticket has asked for no certificate (RFC 8446 4.3.2), and that
    // of its first handshake may have expired since. A client does the same, see its dialer.
    Optional<String> expired =
        server ? QuicTls.expired(facts.peerCertificates()) : Optional.empty();
    if (expired.isPresent()) {
      LOG.debug("{}: {}{}", channel.remoteSocketAddress(), REFUSED, expired.get());
      QuicAccess.refuse(channel, TlsAlerts.CERTIFICATE_EXPIRED);
      return;
    }
    LocalControlStream control = LocalControlStream.open(channel, factory.streams(), settings);
    // Of a section that is too large Netty would close the connection: that is for one that is out
    // of all proportion.
    Http3Settings limits =
        new Http3Settings()
            .maxFieldSectionSize((long) DECODED_AT_MOST * factory.limits().maxFieldSection());
    var frame = new DefaultHttp3SettingsFrame(limits);
    ctx.pipeline()
        .addLast(
            server
                ? new Http3ServerConnectionHandler(
                    new ChannelInboundHandlerAdapter(), null, null, frame, true)
                : new Http3ClientConnectionHandler(null, null, null, frame, true));
    connection = factory.connection(channel, loop, server, facts, control, Optional.empty());
    onConnection.accept(connection);
  }

  private ConnectionFacts facts(QuicChannel channel) {
    Handshake handshake = Handshake.of(channel);
    return new ConnectionFacts(
        handshake == null ? List.of() : handshake.peerCertificates(),
        Optional.of(congestionControl),
        handshake == null ? Optional.empty() : handshake.keyingMaterial(),
        HttpVersion.HTTP_3,
        true,
        true);
  }

  /** The channel is gone, or never came to be: nothing that the handshake left may stay. */
  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    Handshake handshake = Handshake.of((QuicChannel) ctx.channel());
    if (handshake != null) {
      handshake.end();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Http3Connection open = connection;
    if (message instanceof QuicStreamChannel stream && !ctx.channel().isOpen()) {
      // It came in the packet of one that ended the connection: Netty would close it no more.
      QuicAccess.close(stream);
    } else if (message instanceof QuicStreamChannel stream && open != null) {
      factory.streams().add(stream);
      // Streams need no more from the pipeline than to be registered.
      stream.pipeline().addLast(open.intake());
      ctx.channel().eventLoop().register(stream);
    } else if (message instanceof ByteBuf datagram && open != null) {
      try {
        open.datagramReceived(datagram);
      } finally {
        datagram.release();
      }
    } else {
      ReferenceCountUtil.release(message);
    }
    // Asked for now and not at the end of the batch: its later packets belong to this flight too.
    ctx.read();
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
    }
    ctx.fireChannelInactive();
  }

  private static String reason(QuicChannel channel, Throwable cause) {
    Handshake handshake = Handshake.of(channel);
    String rejection = handshake == null ? null : handshake.rejection();
    return rejection == null ? cause.toString() : REFUSED + rejection;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Http3Connection open = connection;
    if (cause instanceof QuicException || cause instanceof SSLException) {
      // A packet that could not be used, or a handshake that failed: Netty closes what must be.
      LOG.debug("{}: {}", ctx.channel(), reason((QuicChannel) ctx.channel(), cause));
    } else if (open == null) {
      // The handshake may be done already, and then nobody else would ever close it.
      LOG.debug("{} could not be set up", ctx.channel(), cause);
      QuicAccess.close(
          (QuicChannel) ctx.channel(),
          (int) Http3ErrorCode.H3_INTERNAL_ERROR,
          Unpooled.EMPTY_BUFFER);
    } else {
      LOG.error("{} failed", open, cause);
      open.fail(Http3ErrorCode.H3_INTERNAL_ERROR, "internal error");
    }
  }
}
