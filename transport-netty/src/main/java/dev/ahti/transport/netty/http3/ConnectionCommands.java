package dev.ahti.transport.netty.http3;

import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamHeader;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.quic.PortContext;
import dev.ahti.transport.netty.quic.PortHandler;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.Future;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the engine wants done on one connection. Loop only. */
final class ConnectionCommands {
  /** A final status that makes no session. */
  private static final Predicate<String> REFUSAL =
      status -> !status.startsWith("1") && !status.startsWith("2");

  private final Http3Connection connection;
  private final QuicChannel channel;
  private final PortContext ports;
  private final ConnectionStatistics statistics;
  private final Requests requests;
  private final SessionTable sessions;
  private final LocalControlStream localControl;
  private final KeepAlive keepAlive;
  private final Set<StreamKind> limited = EnumSet.noneOf(StreamKind.class);

  /**
   * For one connection.
   *
   * @param keepAlive needed while there is a session
   */
  ConnectionCommands(
      Http3Connection connection,
      PortContext ports,
      Requests requests,
      SessionTable sessions,
      LocalControlStream localControl,
      KeepAlive keepAlive) {
    this.connection = connection;
    this.channel = connection.channel();
    this.ports = ports;
    this.statistics = new ConnectionStatistics(ports.ports(), sessions);
    this.requests = requests;
    this.sessions = sessions;
    this.localControl = localControl;
    this.keepAlive = keepAlive;
  }

  /** Carries a command out; one that comes after the end is answered as such. */
  void carryOut(TransportCommand command) {
    if (command instanceof TransportCommand.OpenStream open) {
      open.replyTo().tell(openStream(open.sessionId(), open.kind()));
    } else if (command instanceof TransportCommand.Request request) {
      request.replyTo().tell(request(request.fields()));
    } else if (command instanceof TransportCommand.Respond respond) {
      respond(respond);
    } else if (command instanceof TransportCommand.RejectRequest reject) {
      reject(reject.id(), reject.code());
    } else if (command instanceof TransportCommand.AttachSession attach) {
      NettyDatagramPort datagrams = sessions.attach(attach.sessionId(), attach.streams());
      if (connection.isClosed()) {
        datagrams.close("the connection is closed");
      } else {
        keepAlive.needed(true);
      }
      attach.replyTo().tell(new TransportCommand.SessionAttached(datagrams));
    } else if (command instanceof TransportCommand.DetachSession detach) {
      sessions.detach(detach.sessionId());
      keepAlive.needed(!connection.isClosed() && !sessions.isEmpty());
      detach.replyTo().tell(new TransportCommand.SessionDetached(detach.sessionId()));
    } else if (command instanceof TransportCommand.GoAway) {
      goAway();
    } else if (command instanceof TransportCommand.CloseConnection close) {
      connection.close(close.code(), close.reason());
    } else if (command instanceof TransportCommand.Then then) {
      then.task().run();
    } else if (command instanceof TransportCommand.GetStats get) {
      statistics.collect(channel, get.replyTo()::tell);
    } else if (command instanceof TransportCommand.GetLimits get) {
      // The windows of sessions are the engine's, where they have some.
      get.replyTo().tell(new TransportCommand.Limits(Optional.empty()));
    }
  }

  /** Refuses a request. */
  void reject(long id, long code) {
    RequestStream stream = requests.get(id);
    if (stream != null) {
      stream.reject(code);
    }
    sessions.detach(id);
  }

  private TransportCommand.OpenResult openStream(long sessionId, StreamKind kind) {
    if (connection.isEnding()) {
      return new TransportCommand.OpenResult.Failed(kind, "the connection is closed");
    }
    QuicStreamType type = type(kind);
    // Asked before: Netty uses up a stream id even when it fails.
    if (channel.peerAllowedStreams(type) <= 0) {
      limited.add(kind);
      return new TransportCommand.OpenResult.LimitReached(kind);
    }
    PortHandler handler =
        new PortHandler(ports, new StreamHeader(kind, sessionId).encode(), sessionId);
    String failure = create(type, handler);
    return failure == null
        ? new TransportCommand.OpenResult.Opened(kind, handler.port())
        : new TransportCommand.OpenResult.Failed(kind, failure);
  }

  private TransportCommand.RequestStarted request(Fields fields) {
    if (connection.isEnding()) {
      return new TransportCommand.RequestStarted.Failed("the connection is closed");
    }
    if (connection.isServer()) {
      return new TransportCommand.RequestStarted.Failed("a server sends no requests");
    }
    if (channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) <= 0) {
      return new TransportCommand.RequestStarted.Failed("the peer allows no more requests");
    }
    RequestStream stream = connection.newRequestStream();
    String failure = create(QuicStreamType.BIDIRECTIONAL, stream);
    if (failure != null) {
      return new TransportCommand.RequestStarted.Failed(failure);
    }
    requests.add(stream);
    stream.sendHeaders(fields);
    return new TransportCommand.RequestStarted.Started(stream.port().id(), stream.port());
  }

  /** Opens a stream with this handler; {@code null} or why it failed. */
  private @Nullable String create(QuicStreamType type, ChannelHandler handler) {
    ports.loop().holdPackets(channel);
    // On the loop Netty opens the stream, and registers its channel, before it returns.
    Future<QuicStreamChannel> stream = channel.createStream(type, handler);
    if (!stream.isSuccess()) {
      return "no stream could be opened: " + stream.cause();
    }
    ports.gauges().channels().add(stream.getNow());
    return null;
  }

  private void respond(TransportCommand.Respond respond) {
    RequestStream stream = requests.get(respond.id());
    if (stream == null) {
      return;
    }
    stream.sendHeaders(respond.fields());
    if (respond.fields().get(":status").filter(REFUSAL).isPresent()) {
      sessions.detach(respond.id());
    }
    StreamPort body = stream.port();
    if (!respond.body().isEmpty()) {
      // A body of a response is the engine's own text: it is small, and nobody waits.
      body.offer(respond.body());
    }
    if (respond.end()) {
      body.finish();
    } else if (!stream.isForSession()) {
      stream.givesWay();
    }
  }

  private void goAway() {
    // A server names the first request that it will not answer, a client a push: it takes none.
    OptionalLong first = requests.stop();
    // Who has the connection goes on to answer: it is for him to say that he does not.
    if (first.isPresent() && !connection.isEmbedded()) {
      localControl.goAway(connection.isServer() ? first.getAsLong() : 0);
    }
  }

  /** The peer may allow more streams: who met the limit is told. */
  void streamLimitChanged() {
    for (StreamKind kind : StreamKind.values()) {
      if (limited.contains(kind) && channel.peerAllowedStreams(type(kind)) > 0) {
        limited.remove(kind);
        connection.tell(new TransportEvent.StreamsAvailable(kind));
      }
    }
  }

  private static QuicStreamType type(StreamKind kind) {
    return kind == StreamKind.BIDIRECTIONAL
        ? QuicStreamType.BIDIRECTIONAL
        : QuicStreamType.UNIDIRECTIONAL;
  }
}
