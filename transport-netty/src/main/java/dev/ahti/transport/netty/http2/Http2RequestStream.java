package dev.ahti.transport.netty.http2;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.dialect.WebTransportInit;
import dev.ahti.engine.error.Http2ErrorCode;
import dev.ahti.engine.error.WebTransportHttp2ErrorCode;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.wire.Fields;
import dev.ahti.transport.netty.http.FieldRules;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One request, on either side: its header sections, and its body as a {@link Http2BodyPort}. Loop
 * only.
 */
final class Http2RequestStream extends ChannelInboundHandlerAdapter {
  private final Http2Connection connection;
  private final boolean server;
  private @Nullable ChannelHandlerContext ctx;
  private @Nullable Http2BodyPort port;
  private @Nullable ConnectPort connect;
  private boolean headersSeen;
  private boolean trailersSeen;
  private boolean refused;

  /**
   * For one stream.
   *
   * @param server whether this side answers
   */
  Http2RequestStream(Http2Connection connection, boolean server) {
    this.connection = connection;
    this.server = server;
  }

  /** The body; once the channel has this handler. */
  Http2BodyPort port() {
    return requireNonNull(port, "not added to a channel");
  }

  /** The CONNECT stream that this is, if the request is for a session. */
  @Nullable ConnectPort connect() {
    return connect;
  }

  /** Whether something of it waits that the peer does not take now. */
  boolean isWaiting() {
    Http2Session session = connect == null ? null : connect.session();
    return session == null ? port().queued() > 0 : session.isWaiting();
  }

  /** What the engine gets of a request with this header. */
  StreamPort portFor(Fields request) {
    if (!isForSession(request)) {
      return port();
    }
    ConnectPort made = new ConnectPort(connection.context(), port());
    connect = made;
    return made;
  }

  private static boolean isForSession(Fields request) {
    return request.get(":method").filter("CONNECT"::equals).isPresent()
        && request.get(":protocol").filter(Dialect.LEGACY_TOKEN::equals).isPresent();
  }

  /** The stream's id, once it has one: a client's with its first header. */
  int id() {
    return (int) port().id();
  }

  /** Sends a header section, behind which more may come. */
  void sendHeaders(Fields fields) {
    ChannelHandlerContext present = ctx;
    if (present != null) {
      present.writeAndFlush(new DefaultHttp2HeadersFrame(Http2Fields.toHeaders(fields)));
    }
  }

  /** Sends a header section that ends this side's half. */
  void finish(Fields fields) {
    ChannelHandlerContext present = ctx;
    if (present != null) {
      port()
          .finishedBy(
              present.writeAndFlush(
                  new DefaultHttp2HeadersFrame(Http2Fields.toHeaders(fields), true)));
    }
  }

  /** Resets the stream. */
  void reject(long code) {
    refused = true;
    ChannelHandlerContext present = ctx;
    if (present != null && present.channel().isActive()) {
      present.writeAndFlush(new DefaultHttp2ResetFrame(code));
      drop();
    }
  }

  /**
   * Reads what is left, for nobody: Netty closes the channel of a stream that is gone when all of
   * it was read, and not before.
   */
  void drop() {
    refused = true;
    ChannelHandlerContext present = ctx;
    if (present != null) {
      present.channel().config().setAutoRead(true);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
    port = new Http2BodyPort(connection.context(), added, !server);
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    active.fireChannelActive();
    active.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext reading, Object message) {
    try {
      if (message instanceof Http2HeadersFrame headers) {
        section(Http2Fields.toFields(headers.headers()), headers.isEndStream());
      } else if (message instanceof Http2DataFrame data) {
        body(data);
      } else if (message instanceof Http2ResetFrame reset) {
        port().peerReset(reset.errorCode());
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void body(Http2DataFrame data) {
    if (refused) {
      return;
    }
    if (!headersSeen || trailersSeen) {
      malformed("DATA outside of a body");
      return;
    }
    port().received(data.content());
    if (data.isEndStream()) {
      port().inputFinished();
    }
  }

  private void section(Fields fields, boolean end) {
    String broken = FieldRules.broken(fields);
    if (broken != null) {
      malformed(broken);
    } else if (!headersSeen) {
      first(fields, end);
    } else if (trailersSeen || !end) {
      malformed("a header section that is no trailer");
    } else if (hasPseudoField(fields)) {
      malformed("a pseudo-header field in trailers");
    } else {
      // Trailers carry nothing that WebTransport uses.
      trailersSeen = true;
    }
    if (end) {
      port().inputFinished();
    }
  }

  private void first(Fields fields, boolean end) {
    if (server) {
      headersSeen = true;
      if (fields.has(":protocol") && !connection.takesExtendedConnect()) {
        malformed(":protocol, which was not offered");
        return;
      }
      StreamPort body = portFor(fields);
      if (connect != null) {
        // What cannot be read the engine refuses.
        connect.begins(fields);
      }
      connection.requestReceived(this, fields, body);
      return;
    }
    boolean interim = fields.get(":status").filter(status -> status.startsWith("1")).isPresent();
    if (interim && end) {
      malformed("an informational answer that ends the stream");
      return;
    }
    headersSeen = !interim;
    if (connect != null && !interim && !connect.begins(fields)) {
      malformed(WebTransportInit.NAME + " cannot be read", WebTransportHttp2ErrorCode.WT_ERROR);
      return;
    }
    connection.responseReceived(this, fields);
  }

  private static boolean hasPseudoField(Fields fields) {
    for (Fields.Field field : fields) {
      if (field.name().startsWith(":")) {
        return true;
      }
    }
    return false;
  }

  /** A malformed message ends its stream only (RFC 9113 8.1.1). */
  private void malformed(String why) {
    malformed(why, Http2ErrorCode.PROTOCOL_ERROR);
  }

  private void malformed(String why, long code) {
    connection.log().debug("{}: malformed: {}", this, why);
    reject(code);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext reading) {
    if (headersSeen) {
      port().readComplete();
    } else if (!refused) {
      reading.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext reading, Object event) {
    if (event instanceof Http2ResetFrame reset) {
      port().peerReset(reset.errorCode());
    } else {
      reading.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext writing) {
    if (writing.channel().isWritable()) {
      port().writable();
    }
    writing.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    connection.streamClosed(this);
    String why = connection.endOr("the stream was closed");
    port().lost(why);
    if (connect != null) {
      connect.lost(why);
    }
    inactive.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext failing, Throwable cause) {
    if (cause instanceof Http2Exception error) {
      // Netty closes the channel behind this.
      connection.log().debug("{}: {}", this, error.getMessage());
      reject(error.error().code());
      port().lost(String.valueOf(error.getMessage()));
    } else {
      connection.log().error("{} failed", this, cause);
      reject(Http2ErrorCode.INTERNAL_ERROR);
      port().lost(cause.toString());
    }
  }

  @Override
  public String toString() {
    return "request of " + connection;
  }
}
