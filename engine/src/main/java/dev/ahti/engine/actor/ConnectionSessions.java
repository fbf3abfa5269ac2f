package dev.ahti.engine.actor;

import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.session.EarlyStreams;
import dev.ahti.engine.session.EndedSessions;
import dev.ahti.engine.spi.TransportEvent.StreamArrived;
import dev.ahti.engine.wire.StreamKind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;

/**
 * The session table of a connection, and the streams that came before their session. A stream that
 * the transport could not give to its session is early, late, or neither:
 *
 * <ul>
 *   <li>its session is there but not attached yet: it goes there,
 *   <li>its session has ended: it is rejected with WT_SESSION_GONE,
 *   <li>its session was not seen: it is held, or rejected with WT_BUFFERED_STREAM_REJECTED.
 * </ul>
 */
final class ConnectionSessions {
  private final ConnectionScope scope;
  private final LongFunction<ConnectionActor.Command> goneMessage;
  private final Runnable onHeld;
  private final Map<Long, ActorRef<SessionActor.Command>> live = new HashMap<>();
  private final Set<Long> over = new HashSet<>();
  private final Map<Long, Runnable> places = new HashMap<>();
  private final EndedSessions ended;
  private final EarlyStreams<StreamArrived> early;
  private final Deque<EarlyRejection> rejected = new ArrayDeque<>();
  private final int rememberedRejections;
  private final Level earlyLevel;
  private final Level rejectedLevel;
  private final Level endedLevel;
  private final Counter earlyRefused;

  /**
   * @param goneMessage what the connection is told when the session of an id has stopped
   * @param onHeld called when a stream is held, so that somebody sets an alarm
   */
  ConnectionSessions(
      ConnectionScope scope, LongFunction<ConnectionActor.Command> goneMessage, Runnable onHeld) {
    EngineSettings settings = scope.parts().settings();
    this.scope = scope;
    this.goneMessage = goneMessage;
    this.onHeld = onHeld;
    this.ended = new EndedSessions(settings.connection().rememberedSessions());
    // Early datagrams are the transport's to hold: only it has them.
    this.early =
        new EarlyStreams<>(
            new EarlyStreams.Limits(settings.early().streams(), settings.early().hold().toNanos()));
    this.rememberedRejections = settings.early().rememberedRejections();
    this.rejectedLevel = scope.parts().gauges().level(Gauges.EARLY_REJECTIONS_REMEMBERED);
    this.endedLevel = scope.parts().gauges().level(Gauges.SESSIONS_REMEMBERED);
    this.earlyLevel = scope.parts().gauges().level(Gauges.EARLY_STREAMS);
    this.earlyRefused = scope.parts().gauges().counter(Gauges.EARLY_STREAMS_REFUSED);
  }

  /**
   * How many are open or opening. Those that only wait for the peer's end of their CONNECT stream
   * are not: the peer may have closed one and asked for the next in one flight. The transport's
   * limit of open requests and {@code ahti.session.close-timeout} bound them.
   */
  int count() {
    return live.size() - over.size();
  }

  boolean isEmpty() {
    return live.isEmpty();
  }

  /**
   * Starts a session's actor and hands it the streams that were early.
   *
   * @param place run when the session is over
   */
  void open(long id, Behavior<SessionActor.Command> behavior, Runnable place) {
    places.put(id, place);
    open(id, behavior);
  }

  /** The same where nobody has to be told of the end. */
  void open(long id, Behavior<SessionActor.Command> behavior) {
    ActorRef<SessionActor.Command> session =
        scope.context().spawn(behavior, "session-" + id, DispatcherSelector.sameAsParent());
    scope.context().watchWith(session, goneMessage.apply(id));
    live.put(id, session);
    for (StreamArrived stream : takeEarly(id)) {
      session.tell(new SessionCommand.Incoming(stream.kind(), stream.port()));
    }
    for (EarlyRejection rejection : takeRejected(id)) {
      session.tell(new SessionCommand.RejectedBefore(rejection));
    }
  }

  /** The request of this id got no session: its streams will never have one. */
  void refused(long id) {
    remember(id);
    takeRejected(id);
    takeEarly(id)
        .forEach(
            stream -> SessionStreams.reject(stream.port(), WebTransportErrorCode.WT_SESSION_GONE));
  }

  /** The session is over for its application. */
  void over(long id) {
    if (live.containsKey(id)) {
      over.add(id);
      leave(id);
    }
  }

  private void leave(long id) {
    Runnable place = places.remove(id);
    if (place != null) {
      place.run();
    }
  }

  /** The session's actor has stopped. */
  void gone(long id) {
    live.remove(id);
    over.remove(id);
    leave(id);
    remember(id);
  }

  private void remember(long id) {
    int before = ended.size();
    ended.add(id);
    endedLevel.add(ended.size() - before);
  }

  /** A stream that the transport could not give to its session. */
  void arrived(StreamArrived stream) {
    long id = stream.sessionId();
    ActorRef<SessionActor.Command> session = live.get(id);
    if (session != null && !over.contains(id)) {
      session.tell(new SessionCommand.Incoming(stream.kind(), stream.port()));
    } else if (session != null || ended.contains(id)) {
      // A session that is over may have stopped already: it is told nothing more.
      SessionStreams.reject(stream.port(), WebTransportErrorCode.WT_SESSION_GONE);
    } else {
      hold(stream);
    }
  }

  private void hold(StreamArrived stream) {
    if (early.add(stream.sessionId(), stream, scope.now())) {
      onHeld.run();
      // Behind the timer: whoever sees one counted may rely on its time having begun.
      earlyLevel.increment();
    } else {
      earlyLevel.increment();
      refuseEarly(List.of(stream));
    }
  }

  /**
   * Rejects what has waited too long.
   *
   * @return how long until the next one has, if any is left
   */
  Optional<Duration> expireEarly() {
    long now = scope.now();
    refuseEarly(early.purge(now));
    OptionalLong next = early.nextPurgeNanos();
    return next.isEmpty()
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(Math.max(1, next.getAsLong() - now)));
  }

  /** Whether a bidirectional stream waits for its session. */
  boolean holdsBidirectional() {
    return early.holds(stream -> stream.kind() == StreamKind.BIDIRECTIONAL);
  }

  /** The connection ends: rejects what still waits, and remembers nothing more. */
  void close() {
    List.copyOf(places.keySet()).forEach(this::leave);
    refuseEarly(early.clear());
    endedLevel.add(-ended.size());
    rejectedLevel.add(-rejected.size());
    rejected.clear();
  }

  private void refuseEarly(List<StreamArrived> streams) {
    for (StreamArrived stream : streams) {
      earlyLevel.decrement();
      earlyRefused.increment();
      EarlyRejection rejection = new EarlyRejection(stream.sessionId(), stream.kind());
      stream.port().flow(rejection);
      SessionStreams.reject(stream.port(), WebTransportErrorCode.WT_BUFFERED_STREAM_REJECTED);
      remember(rejection);
    }
  }

  private void remember(EarlyRejection rejection) {
    if (rejected.size() == rememberedRejections) {
      rejected.poll();
      rejectedLevel.decrement();
    }
    rejected.add(rejection);
    rejectedLevel.increment();
  }

  private List<EarlyRejection> takeRejected(long sessionId) {
    List<EarlyRejection> taken =
        rejected.stream().filter(one -> one.sessionId() == sessionId).toList();
    rejected.removeAll(taken);
    rejectedLevel.add(-taken.size());
    return taken;
  }

  private List<StreamArrived> takeEarly(long sessionId) {
    List<StreamArrived> taken = early.take(sessionId);
    earlyLevel.add(-taken.size());
    return taken;
  }

  /** An answer to a session's request. */
  void answered(long id, SessionCommand.Answered answer) {
    ActorRef<SessionActor.Command> session = live.get(id);
    if (session != null) {
      session.tell(answer);
    }
  }

  /** Ends a session abruptly. */
  void abort(long id, long wireCode, String why) {
    ActorRef<SessionActor.Command> session = live.get(id);
    if (session != null) {
      session.tell(new SessionCommand.Abort(wireCode, why));
    }
  }

  void streamsAvailable(StreamKind kind) {
    tellAll(new SessionCommand.StreamsAvailable(kind));
  }

  void peerGoingAway() {
    tellAll(SessionCommand.PeerGoingAway.INSTANCE);
  }

  /** Asks the peer to wind up every session. */
  void drainAll() {
    tellAll(SessionCommand.Drain.INSTANCE);
  }

  void connectionLost(String why) {
    tellAll(new SessionCommand.ConnectionLost(why));
  }

  void closeAll(long code, String reason) {
    tellAll(new SessionCommand.Close(code, reason));
  }

  private void tellAll(SessionActor.Command command) {
    live.values().forEach(session -> session.tell(command));
  }
}
