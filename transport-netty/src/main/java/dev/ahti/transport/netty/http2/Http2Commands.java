package dev.ahti.transport.netty.http2;

import dev.ahti.engine.error.Http2ErrorCode;
import dev.ahti.engine.spi.ConnectionStats;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.wire.Fields;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.concurrent.Future;

/** What the engine wants done on one connection. Loop only. */
final class Http2Commands {
  private final Http2Connection connection;
  private final Channel channel;
  private boolean goAwaySent;

  Http2Commands(Http2Connection connection, Channel channel) {
    this.connection = connection;
    this.channel = channel;
  }

  /** Carries a command out; one that comes after the end is answered as such. */
  void carryOut(TransportCommand command) {
    if (command instanceof TransportCommand.Request request) {
      request.replyTo().tell(request(request.fields()));
    } else if (command instanceof TransportCommand.Respond respond) {
      respond(respond);
    } else if (command instanceof TransportCommand.RejectRequest reject) {
      Http2RequestStream stream = connection.request(reject.id());
      if (stream != null) {
        stream.reject(Http2ErrorCode.ofHttp3(reject.code()));
      }
    } else if (command instanceof TransportCommand.GoAway) {
      goAway();
    } else if (command instanceof TransportCommand.CloseConnection close) {
      connection.close(Http2ErrorCode.ofHttp3(close.code()), close.reason());
    } else if (command instanceof TransportCommand.GetStats get) {
      get.replyTo().tell(ConnectionStats.UNKNOWN);
    } else {
      throw new IllegalStateException("no sessions over HTTP/2 yet: " + command);
    }
  }

  private TransportCommand.RequestStarted request(Fields fields) {
    if (connection.isEnding()) {
      return new TransportCommand.RequestStarted.Failed("the connection is closed");
    }
    if (connection.isServer()) {
      return new TransportCommand.RequestStarted.Failed("a server sends no requests");
    }
    Http2RequestStream stream = new Http2RequestStream(connection, false);
    // On the loop Netty opens the stream, and registers its channel, before it returns.
    Future<Http2StreamChannel> opened =
        new Http2StreamChannelBootstrap(channel).handler(stream).open();
    if (!opened.isSuccess()) {
      return new TransportCommand.RequestStarted.Failed(
          "no stream could be opened: " + opened.cause());
    }
    stream.sendHeaders(fields);
    connection.add(stream);
    return new TransportCommand.RequestStarted.Started(stream.id(), stream.port());
  }

  private void respond(TransportCommand.Respond respond) {
    Http2RequestStream stream = connection.request(respond.id());
    if (stream == null) {
      return;
    }
    stream.sendHeaders(respond.fields());
    StreamPort body = stream.port();
    if (!respond.body().isEmpty()) {
      // A body of a response is the engine's own text: it is small, and nobody waits.
      body.offer(respond.body());
    }
    if (respond.end()) {
      body.finish();
    }
  }

  private void goAway() {
    if (!goAwaySent && !connection.isEnding()) {
      goAwaySent = true;
      channel.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2ErrorCode.NO_ERROR));
    }
  }
}
