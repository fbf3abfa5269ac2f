package dev.ahti.transport.netty.http2;

import dev.ahti.engine.dialect.Http2Dialect;
import dev.ahti.engine.error.Http2ErrorCode;
import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.flow.StreamLimits;
import dev.ahti.engine.mux.MuxSetup;
import dev.ahti.engine.mux.StreamMux;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.wire.Fields;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.concurrent.Future;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the engine wants done on one connection. Loop only. */
final class Http2Commands {
  private static final MuxLimits NOTHING =
      new MuxLimits(new InitialLimits(0, 0, 0), StreamLimits.NONE);

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
      reject(reject.id(), Http2ErrorCode.ofHttp3(reject.code()));
    } else if (command instanceof TransportCommand.GoAway) {
      goAway();
    } else if (command instanceof TransportCommand.CloseConnection close) {
      connection.close(Http2ErrorCode.ofHttp3(close.code()), close.reason());
    } else if (command instanceof TransportCommand.GetStats get) {
      get.replyTo().tell(connection.stats());
    } else if (command instanceof TransportCommand.AttachSession attach) {
      attach.replyTo().tell(new TransportCommand.SessionAttached(attach(attach)));
    } else if (command instanceof TransportCommand.DetachSession detach) {
      detach(detach.sessionId());
      detach.replyTo().tell(new TransportCommand.SessionDetached(detach.sessionId()));
    } else if (command instanceof TransportCommand.OpenStream open) {
      open.replyTo().tell(open(open));
    } else if (command instanceof TransportCommand.Then then) {
      then.task().run();
    } else if (command instanceof TransportCommand.AnticipateStreams anticipate) {
      Http2Session session = session(anticipate.sessionId());
      if (session != null) {
        session.anticipate(anticipate.kind(), anticipate.streams());
      }
    } else if (command instanceof TransportCommand.GetLimits get) {
      Optional<Http2Session> session = Optional.ofNullable(session(get.sessionId()));
      get.replyTo().tell(new TransportCommand.Limits(session.map(Http2Session::limits)));
    }
  }

  /** Refuses a request. */
  void reject(long id, long code) {
    Http2RequestStream stream = connection.request(id);
    if (stream != null) {
      stream.reject(code);
    }
  }

  private DatagramPort attach(TransportCommand.AttachSession attach) {
    Http2Dialect dialect = attach.dialect().http2().orElse(Http2Dialect.DRAFT_15);
    Http2RequestStream stream = connection.request(attach.sessionId());
    ConnectPort connect = stream == null ? null : stream.connect();
    if (connect == null || connect.session() != null) {
      return ended(dialect);
    }
    Http2Session session =
        connect.attach(connection.setup(connect, dialect), connection::tell, attach.streams());
    if (connection.isServer()) {
      // The client's SETTINGS count up to the answer, which is still to come.
      connect.whenAccepted(() -> session.accepted(connection.setup(connect, dialect).peers()));
    } else {
      session.begin();
    }
    return session.datagrams();
  }

  /** Of a session whose request is gone. */
  private DatagramPort ended(Http2Dialect dialect) {
    Http2Context context = connection.context();
    StreamMux none =
        new StreamMux(
            new MuxSetup(
                Role.CLIENT,
                dialect,
                NOTHING,
                false,
                NOTHING,
                context.limits().capsules(),
                context.limits().controlCapsuleBudget(),
                Http2Session.CHUNK));
    MuxDatagramPort port = new MuxDatagramPort(context, none, () -> {});
    port.close("the session has ended");
    return port;
  }

  private @Nullable Http2Session session(long id) {
    Http2RequestStream stream = connection.request(id);
    ConnectPort connect = stream == null ? null : stream.connect();
    return connect == null ? null : connect.session();
  }

  private void detach(long id) {
    Http2Session session = session(id);
    if (session != null) {
      session.detach();
    }
  }

  private TransportCommand.OpenResult open(TransportCommand.OpenStream open) {
    Http2Session session = session(open.sessionId());
    return session == null
        ? new TransportCommand.OpenResult.Failed(open.kind(), "the session has ended")
        : session.open(open.kind());
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
    StreamPort body = stream.portFor(fields);
    ConnectPort connect = stream.connect();
    if (connect != null) {
      connect.asked(connection.settingsOfPeer());
    }
    stream.sendHeaders(fields);
    connection.add(stream);
    return new TransportCommand.RequestStarted.Started(stream.id(), body);
  }

  private void respond(TransportCommand.Respond respond) {
    Http2RequestStream stream = connection.request(respond.id());
    if (stream == null) {
      return;
    }
    Fields fields = connection.withAlternative(respond.fields());
    if (respond.end() && respond.body().isEmpty()) {
      // A frame of its own for the end would wait for the window of other streams.
      stream.finish(fields);
      return;
    }
    stream.sendHeaders(fields);
    ConnectPort connect = stream.connect();
    if (connect != null && !respond.end()) {
      connect.accepted();
    }
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
    // Who has the connection goes on to answer: it is for him to say that he does not.
    if (!goAwaySent && !connection.isEnding() && !connection.isEmbedded()) {
      goAwaySent = true;
      channel.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2ErrorCode.NO_ERROR));
    }
  }
}
