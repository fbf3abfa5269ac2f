package dev.ahti.transport.netty.http2;

import dev.ahti.engine.error.Http2ErrorCode;
import dev.ahti.transport.netty.tls.TlsAlerts;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2SettingsAckFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The last handler of a connection's channel: what is not a stream's goes to the connection. */
final class Http2Events extends ChannelInboundHandlerAdapter {
  private final Http2Connection connection;

  Http2Events(Http2Connection connection) {
    this.connection = connection;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof Http2SettingsFrame settings) {
        connection.peerSettings(settings.settings());
      } else if (message instanceof Http2SettingsAckFrame) {
        connection.settingsAcknowledged();
      } else if (message instanceof Http2GoAwayFrame goAway) {
        connection.peerGoAway(
            goAway.lastStreamId(),
            goAway.errorCode(),
            goAway.content().toString(StandardCharsets.UTF_8));
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    connection.closed();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    SSLException ofTls = ofTls(cause);
    if (cause instanceof Http2Exception error) {
      // Netty says so to the peer and closes.
      connection.failed(error.error().code(), String.valueOf(error.getMessage()));
    } else if (ofTls != null) {
      connection.failed(Http2ErrorCode.NO_ERROR, TlsAlerts.describe(ofTls));
      ctx.close();
    } else if (cause instanceof IOException lost) {
      connection.failed(Http2ErrorCode.NO_ERROR, String.valueOf(lost.getMessage()));
      ctx.close();
    } else {
      connection.log().error("{} failed", connection, cause);
      connection.close(Http2ErrorCode.INTERNAL_ERROR, "internal error");
    }
  }

  /**
   * What TLS has against the connection: in TLS 1.3 a server judges its client's certificate when
   * that client is done with the handshake already.
   */
  private static @Nullable SSLException ofTls(Throwable cause) {
    for (Throwable one = cause; one != null; one = one.getCause()) {
      if (one instanceof SSLException failed) {
        return failed;
      }
    }
    return null;
  }
}
