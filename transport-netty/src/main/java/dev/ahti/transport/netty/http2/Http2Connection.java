package dev.ahti.transport.netty.http2;

import dev.ahti.engine.dialect.CodePoints;
import dev.ahti.engine.dialect.Http2Dialect;
import dev.ahti.engine.error.Http2ErrorCode;
import dev.ahti.engine.flow.MuxLimits;
import dev.ahti.engine.mux.MuxSetup;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.spi.ConnectionFacts;
import dev.ahti.engine.spi.ConnectionStats;
import dev.ahti.engine.spi.PrefixLevels;
import dev.ahti.engine.spi.StreamLoop;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.wire.Fields;
import dev.ahti.transport.netty.http.ConnectionDriver;
import dev.ahti.transport.netty.http.TransportActor;
import dev.ahti.transport.netty.http.Untold;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.quic.HandshakeLoad;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/2 connection: turns what Netty tells into events, and knows how it ends; {@link
 * Http2Commands} turns commands into calls of Netty.
 *
 * <p>Everything but {@link #handle}, {@link #start} and {@link #abandon} happens on the loop.
 * Nothing is decoded before {@link #start}, so nothing can be lost before it; the only event that
 * may come earlier is the end of the connection, and that is kept.
 */
public final class Http2Connection implements TransportConnection, ConnectionDriver {
  private static final Logger LOG = LoggerFactory.getLogger(Http2Connection.class);

  private record Closing(long code, String reason, boolean byPeer) {

    /** What the streams of the connection are told. */
    String text() {
      String by =
          byPeer
              ? "connection closed by the peer with 0x" + Long.toHexString(code)
              : "connection closed";
      return reason.isEmpty() ? by : by + ": " + reason;
    }
  }

  private final Channel channel;
  private final boolean server;
  private final Http2Context context;
  private final ConnectionFacts facts;
  private final InetSocketAddress remote;
  private final Runnable letRead;
  private final Map<Long, Long> ownSettings;
  private final Optional<String> alternative;
  private final Map<Long, Http2RequestStream> requests = new HashMap<>();
  private final Http2Commands commands;

  private @Nullable ActorRef<TransportEvent> events;
  private @Nullable Runnable onClosed;
  private @Nullable Closing closing;

  /** With what the peer would end the connection, should nothing else come. */
  private Closing lost = new Closing(0, "connection lost", false);

  private @Nullable ScheduledFuture<?> closeDeadline;
  private boolean closed;
  private boolean started;
  private boolean settingsAcknowledged;
  private boolean settingsTold;

  /** What the engine has not heard; only of a connection of somebody else's server. */
  private final @Nullable Untold untold;

  /** Whether the engine is done with a connection that goes on. */
  private boolean left;

  /** What the peer has said so far of what is read; Netty has acknowledged it. */
  private final Map<Long, Long> peerSettings = new LinkedHashMap<>();

  /**
   * The connection of a channel whose handshake is done.
   *
   * @param facts what it settled
   * @param settings what was announced beside the settings of HTTP/2 itself
   * @param alternative where else the server can be reached, for its answers
   * @param letRead starts to decode what comes
   * @param whenWanted of a connection of somebody else's server: is called when there is something
   *     for the engine on it; empty for one of ours
   */
  Http2Connection(
      Channel channel,
      boolean server,
      Http2Context context,
      ConnectionFacts facts,
      Map<Long, Long> settings,
      Optional<String> alternative,
      Runnable letRead,
      Optional<Consumer<Http2Connection>> whenWanted) {
    this.channel = channel;
    this.untold = whenWanted.map(wanted -> new Untold(() -> wanted.accept(this))).orElse(null);
    this.server = server;
    this.context = context;
    this.facts = facts;
    this.ownSettings = settings;
    this.alternative = alternative;
    this.remote = (InetSocketAddress) channel.remoteAddress();
    this.letRead = letRead;
    this.commands = new Http2Commands(this, channel);
    context.stalls().afterStalls(this::stalled);
  }

  // For the engine.

  @Override
  public StreamLoop loop() {
    return context.loop();
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
    run(
        () -> {
          if (untold == null) {
            close(Http2ErrorCode.ofHttp3(code), reason);
          } else if (!started) {
            leave(untold, reason);
          }
        });
  }

  // For the transport actor.

  @Override
  public void start(ActorRef<TransportEvent> actor, Runnable whenClosed) {
    run(
        () -> {
          if (started) {
            throw new IllegalStateException("the connection already has a transport actor");
          }
          started = true;
          events = actor;
          onClosed = whenClosed;
          if (closed || left) {
            tellClosed();
          } else if (untold != null) {
            untold.tellTo(actor);
          } else {
            letRead.run();
          }
        });
  }

  @Override
  public void abandon() {
    run(() -> close(Http2ErrorCode.NO_ERROR, ""));
  }

  @Override
  public void handle(TransportCommand command) {
    run(() -> commands.carryOut(command));
  }

  private void run(Runnable task) {
    NettyLoop loop = context.loop();
    loop.run(task);
  }

  // For the commands, on the loop.

  boolean isServer() {
    return server;
  }

  Http2Context context() {
    return context;
  }

  /** Whether the connection is closed, or about to be: nothing new begins on it. */
  boolean isEnding() {
    return closed || closing != null;
  }

  /** The request with this id, while its channel is open. */
  @Nullable Http2RequestStream request(long id) {
    return requests.get(id);
  }

  /** Whether a client was told that it may ask for a protocol. */
  boolean takesExtendedConnect() {
    return ownSettings.getOrDefault(CodePoints.ENABLE_CONNECT_PROTOCOL, 0L) == 1;
  }

  /** What an answer has besides what the engine says: that HTTP/3 is there too (RFC 7838). */
  Fields withAlternative(Fields answer) {
    return alternative.isPresent() ? answer.with("alt-svc", alternative.get()) : answer;
  }

  /** Whether it is somebody else's server that has the connection. */
  boolean isEmbedded() {
    return untold != null;
  }

  Channel channel() {
    return channel;
  }

  /** What the peer has announced up to now. */
  Map<Long, Long> settingsOfPeer() {
    return Map.copyOf(peerSettings);
  }

  /** What a session begins with that is attached now. */
  MuxSetup setup(ConnectPort connect, Http2Dialect dialect) {
    Map<Long, Long> theirs = server ? peerSettings : connect.settingsAtRequest();
    return new MuxSetup(
        server ? Role.SERVER : Role.CLIENT,
        dialect,
        limits(ownSettings, server, Http2Dialect.DRAFT_15),
        !settingsAcknowledged,
        limits(theirs, !server, dialect).max(connect.begin()),
        context.limits().capsules(),
        context.limits().controlCapsuleBudget(),
        Http2Session.CHUNK);
  }

  private static MuxLimits limits(
      Map<Long, Long> settings, boolean ofServer, Http2Dialect dialect) {
    return dev.ahti.engine.dialect.Http2Settings.INITIAL
        .with(settings, ofServer, dialect)
        .settings()
        .limits(dialect);
  }

  /** What is known of it. TCP counts packets and losses for itself, and tells nobody. */
  ConnectionStats stats() {
    TcpBytes bytes = channel.pipeline().get(TcpBytes.class);
    if (closed || bytes == null) {
      return ConnectionStats.UNKNOWN;
    }
    OptionalLong unknown = OptionalLong.empty();
    TcpPath path = TcpPath.of(channel);
    return new ConnectionStats(
        path.smoothedRttNanos(),
        unknown,
        OptionalLong.of(context.payload().sent()),
        OptionalLong.of(bytes.sent()),
        OptionalLong.of(bytes.received()),
        unknown,
        unknown,
        unknown,
        unknown,
        path.sendRate(),
        Optional.of(requests.values().stream().anyMatch(Http2RequestStream::isWaiting)));
  }

  /** Whether there is something to keep alive. */
  boolean hasRequests() {
    return !requests.isEmpty();
  }

  void add(Http2RequestStream stream) {
    requests.put((long) stream.id(), stream);
  }

  /** Says why with a GOAWAY and closes, unless the connection is ending already. */
  void close(long code, String reason) {
    if (isEnding()) {
      return;
    }
    if (untold != null && code == Http2ErrorCode.NO_ERROR) {
      leave(untold, reason);
      return;
    }
    closing = new Closing(code, reason, false);
    // A peer that reads nothing must not keep the connection.
    long patience = context.limits().ends().closeTimeout().toNanos();
    closeDeadline = context.loop().timers().schedule(channel::close, patience);
    channel
        .writeAndFlush(
            new DefaultHttp2GoAwayFrame(
                code, Unpooled.copiedBuffer(reason, StandardCharsets.UTF_8)))
        .addListener(written -> channel.close());
  }

  /** Ends all that the engine has on it; the connection itself is its server's. */
  private void leave(Untold never, String reason) {
    if (isEnding()) {
      return;
    }
    Closing how = new Closing(Http2ErrorCode.NO_ERROR, reason, false);
    closing = how;
    left = true;
    never.refuse(id -> commands.reject(id, Http2ErrorCode.REFUSED_STREAM));
    for (Http2RequestStream stream : List.copyOf(requests.values())) {
      stream.reject(Http2ErrorCode.CANCEL);
    }
    tellClosed();
  }

  // For the handlers of this connection's channels, on the loop.

  Logger log() {
    return LOG;
  }

  /** What a stream is told that is gone: why the connection is, or this. */
  String endOr(String other) {
    Closing how = closing;
    return how == null ? other : how.text();
  }

  /** The peer knows what we announced. */
  void settingsAcknowledged() {
    settingsAcknowledged = true;
  }

  /**
   * Keeps what somebody reads, and tells what is new: a peer may say any of 65,536 things again.
   */
  void peerSettings(Http2Settings settings) {
    boolean news = !settingsTold;
    settingsTold = true;
    for (Map.Entry<Character, Long> one : settings.entrySet()) {
      long id = one.getKey();
      if (dev.ahti.engine.dialect.Http2Settings.isRead(id)) {
        news |= !one.getValue().equals(peerSettings.put(id, one.getValue()));
      }
    }
    if (news) {
      tell(new TransportEvent.PeerSettings(Map.copyOf(peerSettings)));
    }
  }

  void requestReceived(Http2RequestStream stream, Fields fields, StreamPort body) {
    if (left) {
      stream.reject(Http2ErrorCode.REFUSED_STREAM);
      return;
    }
    requests.put((long) stream.id(), stream);
    tell(new TransportEvent.RequestReceived(stream.id(), fields, body));
  }

  void responseReceived(Http2RequestStream stream, Fields fields) {
    tell(new TransportEvent.ResponseReceived(stream.id(), fields));
  }

  void streamClosed(Http2RequestStream stream) {
    requests.values().remove(stream);
  }

  /**
   * The peer takes no further streams.
   *
   * @param last the last one that it looked at
   */
  void peerGoAway(int last, long code, String reason) {
    if (code == Http2ErrorCode.NO_ERROR) {
      lost = new Closing(code, reason, true);
      tell(new TransportEvent.PeerGoAway(last + 1L));
    } else if (closing == null) {
      closing = new Closing(code, reason, true);
      if (untold == null) {
        channel.close();
      }
    }
  }

  /** Netty closes the connection with this code. */
  void failed(long code, String why) {
    if (closing == null) {
      LOG.debug("{}: {} (0x{})", this, why, Long.toHexString(code));
      closing = new Closing(code, why, false);
      if (code == Http2ErrorCode.ENHANCE_YOUR_CALM) {
        context.floods().increment();
      }
    }
  }

  /**
   * The peer took nothing of something for too long. Where its system takes no bytes either, no
   * reset would reach it, and nothing that is here would ever go.
   */
  private void stalled(Duration limit) {
    TcpBytes bytes = channel.pipeline().get(TcpBytes.class);
    // Half of it: something else may have gone a little later than what is given up.
    if (!isEnding()
        && bytes != null
        && bytes.stuckNanos(context.loop().nanoTime()) >= limit.toNanos() / 2) {
      closing = new Closing(Http2ErrorCode.NO_ERROR, "the peer takes nothing", false);
      channel.close();
    }
  }

  /** The channel is closed. */
  void closed() {
    if (closed) {
      return;
    }
    closed = true;
    context.stalls().close();
    if (closeDeadline != null) {
      closeDeadline.cancel(false);
    }
    if (closing == null) {
      closing = lost;
    }
    String why = closing.text();
    for (Http2RequestStream stream : List.copyOf(requests.values())) {
      stream.port().lost(why);
      stream.drop();
    }
    requests.clear();
    tellClosed();
  }

  /** Tells the engine; after the end, and before there is somebody to tell, nobody. */
  void tell(TransportEvent event) {
    ActorRef<TransportEvent> actor = events;
    if (closed || left) {
      return;
    }
    if (actor != null) {
      actor.tell(event);
    } else if (untold != null) {
      untold.add(event);
    }
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
