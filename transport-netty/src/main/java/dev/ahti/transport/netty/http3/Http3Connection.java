package dev.ahti.transport.netty.http3;

import dev.ahti.engine.dialect.CodePoints;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.spi.ConnectionFacts;
import dev.ahti.engine.spi.DatagramGauges;
import dev.ahti.engine.spi.PrefixLevels;
import dev.ahti.engine.spi.StreamLoop;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.wire.DatagramHeader;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.http.ConnectionDriver;
import dev.ahti.transport.netty.http.SkipBudget;
import dev.ahti.transport.netty.http.TransportActor;
import dev.ahti.transport.netty.http.Untold;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.quic.HandshakeLoad;
import dev.ahti.transport.netty.quic.PortContext;
import dev.ahti.transport.netty.quic.QuicStreamPort;
import dev.ahti.transport.netty.tls.TlsAlerts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.quic.QuicAccess;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/3 connection: turns what Netty tells into events, and knows how it ends; {@link
 * ConnectionCommands} turns commands into calls of Netty.
 *
 * <p>Everything but {@link #handle}, {@link #start} and {@link #abandon} happens on the loop.
 * Nothing is read before {@link #start}, so nothing can be lost before it; the only event that may
 * come earlier is the end of the connection, and that is kept.
 */
public final class Http3Connection implements TransportConnection, ConnectionDriver, PeerControl {
  private static final Logger LOG = LoggerFactory.getLogger(Http3Connection.class);

  private record Closing(long code, String reason, boolean byPeer) {

    /** What the streams and datagrams of the connection are told. */
    String text() {
      String by =
          byPeer
              ? "connection closed by the peer with 0x" + Long.toHexString(code)
              : "connection closed";
      return reason.isEmpty() ? by : by + ": " + reason;
    }
  }

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
  private final Requests requests = new Requests();
  private final ConnectionCommands commands;
  private final SkipBudget skipBudget;
  private final HeaderDeadlines headers;
  private final Runnable lookAtControl = this::lookAtControl;

  /** What the engine has not heard; only of a connection of somebody else's server. */
  private final @Nullable Untold untold;

  /** Whether the engine is done with a connection that goes on. */
  private boolean left;

  private @Nullable ActorRef<TransportEvent> events;
  private @Nullable Runnable onClosed;
  private @Nullable Closing closing;
  private boolean closed;
  private boolean started;

  /**
   * The connection of a channel whose handshake is done.
   *
   * @param skipBudget for frames of unknown types
   * @param headers for those that are not whole
   * @param facts what it settled
   * @param localControl the control stream of this side, already open
   * @param whenWanted of a connection of somebody else's server: is called when there is something
   *     for the engine on it; empty for one of ours
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
      LocalControlStream localControl,
      Optional<Consumer<Http3Connection>> whenWanted) {
    this.channel = channel;
    this.untold = whenWanted.map(wanted -> new Untold(() -> wanted.accept(this))).orElse(null);
    this.loop = ports.loop();
    this.server = server;
    this.ports = ports;
    this.limits = limits;
    this.facts = facts;
    this.localControl = localControl;
    this.keepAlive =
        new KeepAlive(
            loop.timers(),
            KeepAlive.interval(limits.keepAlive(), channel),
            () -> {
              if (localControl.keepAlive()) {
                keepAlives.increment();
              }
            });
    this.critical = new CriticalStreams(this, server, limits.maxSettings());
    this.remote = (InetSocketAddress) channel.remoteSocketAddress();
    this.sessions = new SessionTable(loop, channel, ports.turns(), limits, datagramGauges);
    this.skipBudget = skipBudget;
    this.headers = headers;
    this.commands =
        new ConnectionCommands(this, ports, requests, sessions, localControl, keepAlive);
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
  public Optional<PrefixLevels> prefix() {
    return HandshakeLoad.prefix(channel);
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
    loop.run(
        () -> {
          if (untold == null) {
            close(code, reason);
          } else if (!started) {
            leave(untold, reason);
          }
        });
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
          if (isClosed()) {
            tellClosed();
          } else if (untold != null) {
            untold.tellTo(actor);
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
    loop.run(() -> commands.carryOut(command));
  }

  // For the commands, on the loop.

  boolean isServer() {
    return server;
  }

  /** Whether the connection is closed, or the engine's part of it. */
  boolean isClosed() {
    return closed || left;
  }

  /** Whether it is somebody else's server that has the connection. */
  boolean isEmbedded() {
    return untold != null;
  }

  /** Whether the connection is closed, or about to be: nothing new begins on it. */
  boolean isEnding() {
    return closed || closing != null;
  }

  RequestStream newRequestStream() {
    return new RequestStream(this, ports, server, limits.maxFieldSection(), false);
  }

  /** Closes the connection, unless it is ending already. */
  void close(long code, String reason) {
    if (isEnding()) {
      return;
    }
    if (untold != null && code == Http3ErrorCode.H3_NO_ERROR) {
      leave(untold, reason);
      return;
    }
    closing = new Closing(code, reason, false);
    QuicAccess.close(channel, intCode(code), Unpooled.copiedBuffer(reason, StandardCharsets.UTF_8));
  }

  /** Ends all that the engine has on it; the connection itself is its server's. */
  private void leave(Untold never, String reason) {
    if (isEnding()) {
      return;
    }
    Closing how = new Closing(Http3ErrorCode.H3_NO_ERROR, reason, false);
    closing = how;
    never.refuse(id -> commands.reject(id, Http3ErrorCode.H3_REQUEST_REJECTED));
    left = true;
    keepAlive.needed(false);
    sessions.close(how.text());
    ports.ports().abort(WebTransportErrorCode.WT_SESSION_GONE);
    tellClosed();
  }

  /** Netty closes with 31 bits; every code of HTTP/3 and WebTransport for a connection fits. */
  private static int intCode(long code) {
    return (int) (code <= Integer.MAX_VALUE ? code : Http3ErrorCode.H3_GENERAL_PROTOCOL_ERROR);
  }

  /** Tells the engine; after the end, and before there is somebody to tell, nobody. */
  void tell(TransportEvent event) {
    ActorRef<TransportEvent> actor = events;
    if (isClosed()) {
      return;
    }
    if (actor != null) {
      actor.tell(event);
    } else if (untold != null) {
      untold.add(event);
    }
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
    return new StreamIntake(this, ports, null);
  }

  /** As {@link #intake()}, on a connection of somebody else's server. */
  StreamIntake intake(HostStreams host) {
    return new StreamIntake(this, ports, host);
  }

  /** The handler for a request for a session that somebody else's server has read. */
  RequestStream upgradedRequest(long id) {
    requests.begun(id);
    return new RequestStream(this, ports, true, limits.maxFieldSection(), true);
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
  public void settingsTooLarge() {
    headers.gauges().settingsTooLarge.increment();
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
    requests.begun(id);
    return newRequestStream();
  }

  void requestReceived(RequestStream stream, Fields fields) {
    long id = stream.port().id();
    if (left || !requests.takes(id)) {
      stream.reject(Http3ErrorCode.H3_REQUEST_REJECTED);
      return;
    }
    requests.add(stream);
    tell(new TransportEvent.RequestReceived(id, fields, stream.port()));
  }

  void responseReceived(RequestStream stream, Fields fields) {
    tell(new TransportEvent.ResponseReceived(stream.port().id(), fields));
  }

  /** The peer sent so many bytes that mean nothing to us. */
  @Override
  public void skipped(long bytes) {
    if (!skipBudget.spend(bytes, loop.nanoTime())) {
      fail(Http3ErrorCode.H3_EXCESSIVE_LOAD, "too many bytes that mean nothing");
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
    if (left) {
      port.reset(WebTransportErrorCode.WT_SESSION_GONE);
      port.stopSending(WebTransportErrorCode.WT_SESSION_GONE);
    } else if (!sessions.tell(sessionId, kind, port)) {
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
    if (left) {
      return;
    }
    sessions.received(quarter * 4, ByteString.fromArrayUnsafe(ByteBufUtil.getBytes(datagram)));
  }

  void datagramLimitChanged() {
    sessions.measure();
  }

  void streamLimitChanged() {
    commands.streamLimitChanged();
  }

  void closedByPeer(QuicConnectionCloseEvent event) {
    if (closing == null) {
      closing =
          event.isApplicationClose()
              ? new Closing(
                  Integer.toUnsignedLong(event.error()),
                  new String(QuicAccess.reason(event), StandardCharsets.UTF_8),
                  true)
              : new Closing(0, TlsAlerts.describe(event), true);
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
    String why = closing.text();
    keepAlive.needed(false);
    headers.close();
    sessions.close(why);
    ports.ports().lost(why);
    ports.stopped().close();
    ports.turns().close();
    tellClosed();
  }

  private void tellClosed() {
    ActorRef<TransportEvent> actor = events;
    Closing how = closing;
    Runnable after = onClosed;
    if (actor != null && how != null && after != null) {
      onClosed = null;
      actor.tell(new TransportEvent.ConnectionClosed(how.code(), how.reason(), how.byPeer()));
      after.run();
    }
  }

  @Override
  public String toString() {
    return (server ? "server's connection from " : "client's connection to ") + remote;
  }
}
