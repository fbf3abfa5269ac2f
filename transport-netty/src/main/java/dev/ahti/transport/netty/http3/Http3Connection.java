package dev.ahti.transport.netty.http3;

import dev.ahti.engine.dialect.CodePoints;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.spi.ConnectionFacts;
import dev.ahti.engine.spi.ConnectionStats;
import dev.ahti.engine.spi.StreamLoop;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.wire.DatagramHeader;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamHeader;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.quic.NettyLoop;
import dev.ahti.transport.netty.quic.PortContext;
import dev.ahti.transport.netty.quic.PortHandler;
import dev.ahti.transport.netty.quic.QuicStreamPort;
import dev.ahti.transport.netty.tls.TlsAlerts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/3 connection: turns commands into calls of Netty and what Netty tells into events.
 *
 * <p>Everything but {@link #handle}, {@link #start} and {@link #abandon} happens on the loop.
 * Nothing is read before {@link #start}, so nothing can be lost before it; the only event that may
 * come earlier is the end of the connection, and that is kept.
 */
public final class Http3Connection implements TransportConnection, ConnectionDriver, PeerControl {
  private static final Logger LOG = LoggerFactory.getLogger(Http3Connection.class);

  /** A number above every request stream's. */
  private static final long NO_LIMIT = Long.MAX_VALUE;

  /** A final status that makes no session. */
  private static final Predicate<String> REFUSAL =
      status -> !status.startsWith("1") && !status.startsWith("2");

  private record Closing(long code, String reason, boolean byPeer) {}

  private final QuicChannel channel;
  private final NettyLoop loop;
  private final boolean server;
  private final InetSocketAddress remote;
  private final PortContext ports;
  private final Http3Limits limits;
  private final SessionTable sessions;
  private final ConnectionFacts facts;
  private final LocalControlStream localControl;
  private final KeepAlive keepAlive;
  private final CriticalStreams critical;
  private final Map<Long, RequestStream> requests = new HashMap<>();
  private final Set<StreamKind> limited = EnumSet.noneOf(StreamKind.class);
  private final SkipBudget skipBudget;
  private final HeaderDeadlines headers;
  private final Runnable lookAtControl = this::lookAtControl;

  private @Nullable ActorRef<TransportEvent> events;
  private @Nullable Runnable onClosed;
  private @Nullable Closing closing;
  private boolean closed;
  private boolean started;
  private long nextRequest;
  private long requestLimit = NO_LIMIT;

  /**
   * The connection of a channel whose handshake is done.
   *
   * @param skipBudget for frames of unknown types
   * @param headers for those that are not whole
   * @param facts what it settled
   * @param localControl the control stream of this side, already open
   */
  Http3Connection(
      QuicChannel channel,
      boolean server,
      PortContext ports,
      Http3Limits limits,
      DatagramGauges datagramGauges,
      Counter keepAlives,
      SkipBudget skipBudget,
      HeaderDeadlines headers,
      ConnectionFacts facts,
      LocalControlStream localControl) {
    this.channel = channel;
    this.loop = ports.loop();
    this.server = server;
    this.ports = ports;
    this.limits = limits;
    this.facts = facts;
    this.localControl = localControl;
    this.keepAlive =
        new KeepAlive(
            loop.eventLoop(),
            limits.keepAlive(),
            () -> {
              if (localControl.keepAlive()) {
                keepAlives.increment();
              }
            });
    this.critical = new CriticalStreams(this, server);
    this.remote = (InetSocketAddress) channel.remoteSocketAddress();
    this.sessions = new SessionTable(loop, channel, limits, datagramGauges);
    this.skipBudget = skipBudget;
    this.headers = headers;
    loop.watchStops(lookAtControl);
    ports.stopped().onWorn(why -> tell(new TransportEvent.WornOut(why)));
  }

  // For the engine.

  @Override
  public StreamLoop loop() {
    return loop;
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return remote;
  }

  @Override
  public ConnectionFacts facts() {
    return facts;
  }

  @Override
  public Behavior<TransportCommand> transport(ActorRef<TransportEvent> connection) {
    return TransportActor.create(this, connection);
  }

  @Override
  public void discard(long code, String reason) {
    loop.run(() -> close(code, reason));
  }

  // For the transport actor.

  @Override
  public void start(ActorRef<TransportEvent> actor, Runnable whenClosed) {
    loop.run(
        () -> {
          if (started) {
            throw new IllegalStateException("the connection already has a transport actor");
          }
          started = true;
          events = actor;
          onClosed = whenClosed;
          if (closed) {
            tellClosed();
          } else {
            channel.config().setAutoRead(true);
          }
        });
  }

  @Override
  public void abandon() {
    loop.run(() -> close(Http3ErrorCode.H3_NO_ERROR, ""));
  }

  @Override
  public void handle(TransportCommand command) {
    loop.run(() -> carryOut(command));
  }

  private void carryOut(TransportCommand command) {
    if (command instanceof TransportCommand.OpenStream open) {
      open.replyTo().tell(openStream(open.sessionId(), open.kind()));
    } else if (command instanceof TransportCommand.Request request) {
      request.replyTo().tell(request(request.fields()));
    } else if (command instanceof TransportCommand.Respond respond) {
      respond(respond);
    } else if (command instanceof TransportCommand.RejectRequest reject) {
      RequestStream stream = requests.get(reject.id());
      if (stream != null) {
        stream.reject(reject.code());
      }
      sessions.detach(reject.id());
    } else if (command instanceof TransportCommand.AttachSession attach) {
      NettyDatagramPort datagrams = sessions.attach(attach.sessionId(), attach.streams());
      if (closed) {
        datagrams.close("the connection is closed");
      } else {
        keepAlive.needed(true);
      }
      attach.replyTo().tell(new TransportCommand.SessionAttached(datagrams));
    } else if (command instanceof TransportCommand.DetachSession detach) {
      sessions.detach(detach.sessionId());
      keepAlive.needed(!sessions.isEmpty());
      detach.replyTo().tell(new TransportCommand.SessionDetached(detach.sessionId()));
    } else if (command instanceof TransportCommand.GoAway) {
      goAway();
    } else if (command instanceof TransportCommand.CloseConnection close) {
      close(close.code(), close.reason());
    } else if (command instanceof TransportCommand.GetStats get) {
      stats(get.replyTo());
    }
  }

  private TransportCommand.OpenResult openStream(long sessionId, StreamKind kind) {
    if (closed || closing != null) {
      return new TransportCommand.OpenResult.Failed(kind, "the connection is closed");
    }
    QuicStreamType type =
        kind == StreamKind.BIDIRECTIONAL
            ? QuicStreamType.BIDIRECTIONAL
            : QuicStreamType.UNIDIRECTIONAL;
    // Asked before: Netty uses up a stream id even when it fails.
    if (channel.peerAllowedStreams(type) <= 0) {
      limited.add(kind);
      return new TransportCommand.OpenResult.LimitReached(kind);
    }
    PortHandler handler = new PortHandler(ports, new StreamHeader(kind, sessionId).encode());
    String failure = create(type, handler);
    return failure == null
        ? new TransportCommand.OpenResult.Opened(kind, handler.port())
        : new TransportCommand.OpenResult.Failed(kind, failure);
  }

  private TransportCommand.RequestStarted request(Fields fields) {
    if (closed || closing != null) {
      return new TransportCommand.RequestStarted.Failed("the connection is closed");
    }
    if (server) {
      return new TransportCommand.RequestStarted.Failed("a server sends no requests");
    }
    if (channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) <= 0) {
      return new TransportCommand.RequestStarted.Failed("the peer allows no more requests");
    }
    RequestStream stream = newRequestStream();
    String failure = create(QuicStreamType.BIDIRECTIONAL, stream);
    if (failure != null) {
      return new TransportCommand.RequestStarted.Failed(failure);
    }
    register(stream);
    stream.sendHeaders(fields);
    return new TransportCommand.RequestStarted.Started(stream.port().id(), stream.port());
  }

  /** Opens a stream with this handler; {@code null} or why it failed. */
  private @Nullable String create(QuicStreamType type, ChannelHandler handler) {
    loop.holdPackets(channel);
    // On the loop Netty opens the stream, and registers its channel, before it returns.
    Future<QuicStreamChannel> stream = channel.createStream(type, handler);
    return stream.isSuccess() ? null : "no stream could be opened: " + stream.cause();
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
    }
  }

  private void goAway() {
    if (requestLimit != NO_LIMIT) {
      return;
    }
    // A server names the first request that it will not answer, a client a push: it takes none.
    requestLimit = nextRequest;
    localControl.goAway(server ? nextRequest : 0);
  }

  private void stats(ActorRef<ConnectionStats> replyTo) {
    ConnectionStatistics.collect(channel, replyTo::tell);
  }

  // For the handlers of this connection's channels, on the loop.

  QuicChannel channel() {
    return channel;
  }

  Logger log() {
    return LOG;
  }

  /** A new stream came, of which nothing is known yet. */
  StreamIntake intake() {
    return new StreamIntake(this, ports);
  }

  @Override
  public void peerSettings(Map<Long, Long> settings) {
    tell(new TransportEvent.PeerSettings(withDatagramsOfQuic(settings)));
  }

  /**
   * A peer that announces datagrams to HTTP/3 and not to QUIC (transport parameter 0x20) takes
   * none: told as if it had not announced them (RFC 9297 2.1). A value that is none of the
   * setting's stays, for the one who judges them.
   */
  private Map<Long, Long> withDatagramsOfQuic(Map<Long, Long> settings) {
    if (settings.getOrDefault(CodePoints.H3_DATAGRAM, 0L) != 1
        || QuicAccess.maxDatagramLength(channel()) >= 0) {
      return settings;
    }
    Map<Long, Long> without = new LinkedHashMap<>(settings);
    without.put(CodePoints.H3_DATAGRAM, 0L);
    return without;
  }

  @Override
  public void peerGoAway(long id) {
    tell(new TransportEvent.PeerGoAway(id));
  }

  /** The handler for a request that begins, or {@code null} when it is refused. */
  @Nullable RequestStream incomingRequest(long id) {
    if (!server) {
      fail(Http3ErrorCode.H3_STREAM_CREATION_ERROR, "a server opened a request");
      return null;
    }
    nextRequest = Math.max(nextRequest, id + 4);
    return newRequestStream();
  }

  private RequestStream newRequestStream() {
    return new RequestStream(this, ports, server, limits.maxFieldSection());
  }

  void requestReceived(RequestStream stream, Fields fields) {
    long id = stream.port().id();
    if (id >= requestLimit) {
      stream.reject(Http3ErrorCode.H3_REQUEST_REJECTED);
      return;
    }
    register(stream);
    tell(new TransportEvent.RequestReceived(id, fields, stream.port()));
  }

  void responseReceived(RequestStream stream, Fields fields) {
    tell(new TransportEvent.ResponseReceived(stream.port().id(), fields));
  }

  private void register(RequestStream stream) {
    long id = stream.port().id();
    requests.put(id, stream);
    stream.onClosed(() -> requests.remove(id));
  }

  /** The peer sent so many bytes that mean nothing to us. */
  @Override
  public void skipped(long bytes) {
    if (!skipBudget.spend(bytes, loop.nanoTime())) {
      fail(Http3ErrorCode.H3_EXCESSIVE_LOAD, "too many bytes of unknown frames");
    }
  }

  private void lookAtControl() {
    if (!closed && localControl.isStopped()) {
      fail(Http3ErrorCode.H3_CLOSED_CRITICAL_STREAM, "control stream stopped");
    }
  }

  /** The streams of which the peer has one each. */
  CriticalStreams critical() {
    return critical;
  }

  /** The streams of the peer with a header that is not whole. */
  HeaderDeadlines headers() {
    return headers;
  }

  void streamArrived(long sessionId, StreamKind kind, QuicStreamPort port) {
    if (!sessions.tell(sessionId, kind, port)) {
      tell(new TransportEvent.StreamArrived(sessionId, kind, port));
    }
  }

  /** A QUIC datagram came; the buffer stays the caller's. */
  void datagramReceived(ByteBuf datagram) {
    long quarter = VarInts.read(datagram);
    if (quarter < 0 || quarter > DatagramHeader.MAX_QUARTER_STREAM_ID) {
      fail(Http3ErrorCode.H3_DATAGRAM_ERROR, "datagram without a quarter stream id");
      return;
    }
    sessions.received(quarter * 4, ByteString.fromArrayUnsafe(ByteBufUtil.getBytes(datagram)));
  }

  void datagramLimitChanged() {
    sessions.measure();
  }

  void streamLimitChanged() {
    for (StreamKind kind : StreamKind.values()) {
      QuicStreamType type =
          kind == StreamKind.BIDIRECTIONAL
              ? QuicStreamType.BIDIRECTIONAL
              : QuicStreamType.UNIDIRECTIONAL;
      if (limited.contains(kind) && channel.peerAllowedStreams(type) > 0) {
        limited.remove(kind);
        tell(new TransportEvent.StreamsAvailable(kind));
      }
    }
  }

  void closedByPeer(QuicConnectionCloseEvent event) {
    String text = new String(QuicAccess.reason(event), StandardCharsets.UTF_8);
    if (closing == null) {
      closing =
          event.isApplicationClose()
              ? new Closing(Integer.toUnsignedLong(event.error()), text, true)
              : new Closing(
                  0, TlsAlerts.describe(event.error()) + (text.isEmpty() ? "" : ": " + text), true);
    }
  }

  /** The connection is being closed with this code by somebody else on this side. */
  void closing(long code, String reason) {
    if (closing == null) {
      closing = new Closing(code, reason, false);
    }
  }

  @Override
  public void fail(long code, String why) {
    LOG.debug("{}: {} ({})", this, why, "0x" + Long.toHexString(code));
    close(code, why);
  }

  private void close(long code, String reason) {
    if (closed || closing != null) {
      return;
    }
    closing = new Closing(code, reason, false);
    channel.close(true, intCode(code), Unpooled.copiedBuffer(reason, StandardCharsets.UTF_8));
  }

  /** Netty closes with 31 bits; every code of HTTP/3 and WebTransport for a connection fits. */
  private static int intCode(long code) {
    return (int) (code <= Integer.MAX_VALUE ? code : Http3ErrorCode.H3_GENERAL_PROTOCOL_ERROR);
  }

  /** The channel is closed. */
  void closed() {
    if (closed) {
      return;
    }
    closed = true;
    loop.unwatchStops(lookAtControl);
    if (closing == null) {
      closing = new Closing(0, channel.isTimedOut() ? "idle time-out" : "connection lost", false);
    }
    String why = "connection closed: " + closing.reason();
    keepAlive.needed(false);
    headers.close();
    sessions.close(why);
    ports.ports().lost(why);
    ports.stopped().close();
    tellClosed();
  }

  private void tell(TransportEvent event) {
    ActorRef<TransportEvent> actor = events;
    if (actor != null && !closed) {
      actor.tell(event);
    }
  }

  private void tellClosed() {
    ActorRef<TransportEvent> actor = events;
    Closing how = closing;
    Runnable after = onClosed;
    if (actor != null && how != null && after != null) {
      actor.tell(new TransportEvent.ConnectionClosed(how.code(), how.reason(), how.byPeer()));
      after.run();
    }
  }

  @Override
  public String toString() {
    return (server ? "server's connection from " : "client's connection to ") + remote;
  }
}
