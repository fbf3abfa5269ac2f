package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.actor.DeadLetterSuppression;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One connection: its transport, its sessions, and what arrives before its session. What differs
 * between server and client is a {@link ConnectionRole}.
 *
 * <pre>
 * WAITING -> OPEN     on the peer's SETTINGS
 * WAITING -> CLOSING  when they are invalid or do not come in time
 * OPEN    -> OPEN     on Drain: GOAWAY, sessions are asked to wind up; CLOSING with the last of them
 * any     -> CLOSING  on Shutdown: GOAWAY, sessions close, then the connection
 * any     -> CLOSING  on Close: the connection at once, its sessions learn it from the transport
 * any     -> CLOSED   when the transport says so, or its actor is gone
 * CLOSING -> stopped  when the transport does not answer in time
 * CLOSED  -> stopped  when the last session is gone, or after a time
 * </pre>
 */
final class ConnectionActor extends AbstractBehavior<ConnectionActor.Command> {

  /** A connection may have stopped when it is told something: that is its normal end. */
  sealed interface Command extends DeadLetterSuppression {}

  /**
   * Takes no more requests, closes the sessions with this code and reason, then the connection,
   * then stops.
   */
  record Shutdown(long code, String reason) implements Command {
    static final Shutdown NORMAL = new Shutdown(0, "");
  }

  /**
   * Takes no more requests and asks the peer to wind up its sessions; closes once the last of them
   * has ended and the last answer is out. {@link Shutdown} is how not to wait any longer.
   */
  enum Drain implements Command {
    INSTANCE
  }

  /** An answer that opened no session was handed to the transport to its end, or cannot be. */
  enum AnswerSent implements Command {
    WHOLE,

    /** Its body was a stream. */
    STREAMED
  }

  /** Closes the connection with an HTTP/3 code, without a word to its sessions, then stops. */
  record Close(long code, String reason) implements Command {}

  /**
   * Tells a session something behind every event the transport told before: those take the way over
   * this actor, the session's own port does not.
   */
  record Relay(ActorRef<SessionActor.Command> session, SessionActor.Command command)
      implements Command {}

  /** The session is over for its application; its actor sees it off for a while. */
  record SessionOver(long id) implements Command {}

  /** Asks a client's connection for a session. */
  record Dial(DialCall call) implements Command {}

  /** Nobody waits any more for the session of a call. */
  record CallOff(long call) implements Command {}

  /** A request, once more, behind what was on its way when it came. */
  record Reconsider(TransportEvent.RequestReceived request) implements Command {}

  /**
   * What became of a decision that a router wanted to take later.
   *
   * @param serial which one, as the connection counts them
   */
  record Decided(long serial, UndecidedRequests.Verdict verdict) implements Command {}

  private record Event(TransportEvent event) implements Command {}

  private record Started(TransportCommand.RequestStarted started) implements Command {}

  private record SessionGone(long id) implements Command {}

  private enum TransportGone implements Command {
    INSTANCE
  }

  private enum TimedOut implements Command {
    SETTINGS,
    CLOSE,
    EARLY,
    IDLE,
    DRAINED
  }

  private enum Phase {
    WAITING,
    OPEN,
    CLOSING,
    CLOSED
  }

  private final EngineParts parts;
  private final TimerScheduler<Command> timers;
  private final DialectPolicy policy;
  private final boolean server;
  private final ConnectionScope scope;
  private final ConnectionSessions sessions;
  private final ConnectionRole role;
  private Phase phase = Phase.WAITING;
  private boolean closeSent;
  private boolean idling;
  private boolean draining;

  /** A connection that a listener accepted. */
  static Behavior<Command> server(
      EngineParts parts,
      TransportConnection connection,
      ListenRequest request,
      ListenerAdmission admission) {
    return create(
        parts,
        connection,
        request.dialects(),
        true,
        actor -> new ServerRole(actor.scope, actor.sessions, request, admission),
        List.of());
  }

  /**
   * A connection that a listener accepted while it drains: for the plain requests that are answered
   * then, and nothing else. Closes soon after the last of them, or when none comes.
   */
  static Behavior<Command> visitor(
      EngineParts parts,
      TransportConnection connection,
      ListenRequest request,
      ListenerAdmission admission) {
    return create(
        parts,
        connection,
        request.dialects(),
        true,
        actor -> {
          actor.draining = true;
          return new ServerRole(actor.scope, actor.sessions, request, admission);
        },
        List.of());
  }

  /**
   * A connection that the dialer opened; it asks for more sessions with {@link Dial}.
   *
   * @param first what it was opened for: known before anything happens on the connection, whose end
   *     could be over before a message comes
   */
  static Behavior<Command> client(
      EngineParts parts, TransportConnection connection, ClientLink link, List<DialCall> first) {
    return create(
        parts,
        connection,
        link.dialects(),
        false,
        actor ->
            new ClientRole(
                actor.scope,
                actor.sessions,
                link,
                actor.idle(),
                actor
                    .getContext()
                    .messageAdapter(TransportCommand.RequestStarted.class, Started::new)),
        first);
  }

  private static Behavior<Command> create(
      EngineParts parts,
      TransportConnection connection,
      DialectPolicy policy,
      boolean server,
      Function<ConnectionActor, ConnectionRole> role,
      List<DialCall> first) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  ConnectionActor actor =
                      new ConnectionActor(context, timers, parts, connection, policy, server, role);
                  first.forEach(actor.role::onDial);
                  return actor;
                }));
  }

  private ConnectionActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      EngineParts parts,
      TransportConnection connection,
      DialectPolicy policy,
      boolean server,
      Function<ConnectionActor, ConnectionRole> role) {
    super(context);
    this.parts = parts;
    this.timers = timers;
    this.policy = policy;
    this.server = server;
    context.setLoggerName(ConnectionActor.class);
    ActorRef<TransportCommand> transport =
        context.spawn(
            connection.transport(context.messageAdapter(TransportEvent.class, Event::new)),
            "transport",
            DispatcherSelector.sameAsParent());
    context.watchWith(transport, TransportGone.INSTANCE);
    this.scope = new ConnectionScope(parts, context, connection, transport);
    this.sessions = new ConnectionSessions(scope, SessionGone::new, this::holdEarly);
    this.role = role.apply(this);
    timers.startSingleTimer(
        TimedOut.SETTINGS, TimedOut.SETTINGS, parts.settings().connection().settingsTimeout());
    // Last: who sees it counted may let time pass.
    parts.gauges().level(Gauges.CONNECTIONS).increment();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Event.class, this::onEvent)
        .onMessage(SessionGone.class, this::onSessionGone)
        .onMessage(SessionOver.class, this::onSessionOver)
        .onMessage(Reconsider.class, this::onReconsider)
        .onMessage(Decided.class, this::onDecided)
        .onMessage(Relay.class, this::onRelay)
        .onMessage(Dial.class, this::onDial)
        .onMessage(CallOff.class, this::onCallOff)
        .onMessage(Started.class, this::onStarted)
        .onMessage(Shutdown.class, this::onShutdown)
        .onMessage(Drain.class, this::onDrain)
        .onMessage(AnswerSent.class, this::onAnswerSent)
        .onMessage(Close.class, this::onClose)
        .onMessage(TransportGone.class, this::onTransportGone)
        .onMessage(TimedOut.class, this::onTimedOut)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onEvent(Event wrapped) {
    TransportEvent event = wrapped.event();
    if (event instanceof TransportEvent.StreamsAvailable available) {
      sessions.streamsAvailable(available.kind());
    } else if (event instanceof TransportEvent.StreamArrived arrived) {
      sessions.arrived(arrived);
    } else if (event instanceof TransportEvent.RequestReceived request) {
      onRequest(request);
    } else if (event instanceof TransportEvent.ResponseReceived response) {
      role.onResponse(response);
    } else if (event instanceof TransportEvent.PeerSettings settings) {
      return onSettings(settings.settings());
    } else if (event instanceof TransportEvent.WornOut wornOut) {
      getContext().getLog().info("Draining: {}", wornOut.why());
      role.onWornOut(wornOut.why());
      sessions.drainAll();
    } else if (event instanceof TransportEvent.PeerGoAway goAway) {
      sessions.peerGoingAway();
      role.onPeerGoAway(goAway.id());
    } else if (event instanceof TransportEvent.ConnectionClosed closed) {
      return onConnectionClosed(describe(closed));
    }
    return this;
  }

  private Behavior<Command> onSettings(Map<Long, Long> settings) {
    if (phase != Phase.WAITING && phase != Phase.OPEN) {
      return this;
    }
    timers.cancel(TimedOut.SETTINGS);
    Optional<Violation> invalid =
        Negotiation.check(scope.connection().facts(), settings, !server, policy);
    if (invalid.isPresent()) {
      return close(invalid.get().code(), invalid.get().message());
    }
    if (phase == Phase.WAITING && draining) {
      Duration wait = parts.settings().connection().closeTimeout();
      timers.startSingleTimer(TimedOut.DRAINED, TimedOut.DRAINED, wait);
    }
    phase = Phase.OPEN;
    role.onSettings(settings);
    return this;
  }

  private void onRequest(TransportEvent.RequestReceived request) {
    boolean closing = phase == Phase.CLOSING || phase == Phase.CLOSED;
    if (!closing && draining && role.onRequestWhileDraining(request)) {
      timers.cancel(TimedOut.DRAINED);
    } else if (takesNoRequests()) {
      reject(request);
    } else {
      role.onRequest(request);
    }
  }

  private Behavior<Command> onReconsider(Reconsider again) {
    if (takesNoRequests()) {
      reject(again.request());
    } else {
      role.onReconsidered(again.request());
    }
    return this;
  }

  private Behavior<Command> onDecided(Decided decided) {
    role.onDecided(decided);
    return closeWhenDrained();
  }

  private boolean takesNoRequests() {
    return draining || phase == Phase.CLOSING || phase == Phase.CLOSED;
  }

  private void reject(TransportEvent.RequestReceived request) {
    scope
        .transport()
        .tell(new TransportCommand.RejectRequest(request.id(), Http3ErrorCode.H3_REQUEST_REJECTED));
  }

  private Behavior<Command> onStarted(Started started) {
    role.onStarted(started.started());
    return this;
  }

  private Behavior<Command> onDial(Dial dial) {
    role.onDial(dial.call());
    return this;
  }

  private Behavior<Command> onCallOff(CallOff off) {
    role.onCallOff(off.call());
    return this;
  }

  private ClientRole.Idle idle() {
    return new ClientRole.Idle() {
      @Override
      public void begins(Duration wait) {
        if (wait.isZero()) {
          onShutdown(Shutdown.NORMAL);
        } else {
          timers.startSingleTimer(TimedOut.IDLE, TimedOut.IDLE, wait);
          idling(true);
        }
      }

      @Override
      public void ends() {
        timers.cancel(TimedOut.IDLE);
        idling(false);
      }
    };
  }

  private void idling(boolean now) {
    if (idling != now) {
      idling = now;
      parts.gauges().level(Gauges.CONNECTIONS_IDLE).add(now ? 1 : -1);
    }
  }

  private Behavior<Command> onSessionOver(SessionOver over) {
    sessions.over(over.id());
    return this;
  }

  private Behavior<Command> onRelay(Relay relay) {
    relay.session().tell(relay.command());
    return this;
  }

  private void holdEarly() {
    if (!timers.isTimerActive(TimedOut.EARLY)) {
      timers.startSingleTimer(TimedOut.EARLY, TimedOut.EARLY, parts.settings().early().hold());
    }
  }

  private Behavior<Command> onShutdown(Shutdown shutdown) {
    if (phase == Phase.CLOSING || phase == Phase.CLOSED) {
      return this;
    }
    phase = Phase.CLOSING;
    timers.cancel(TimedOut.SETTINGS);
    role.onClosing("the connection is shutting down");
    scope.transport().tell(TransportCommand.GoAway.INSTANCE);
    sessions.closeAll(shutdown.code(), shutdown.reason());
    return sessions.isEmpty() ? closeTransport(Http3ErrorCode.H3_NO_ERROR, "") : waitForClose();
  }

  private Behavior<Command> onDrain(Drain drain) {
    if (phase == Phase.WAITING) {
      // Nothing was accepted yet, so there is nothing to wait for.
      return onShutdown(Shutdown.NORMAL);
    }
    if (phase == Phase.OPEN && !draining) {
      draining = true;
      role.onDraining();
      sessions.drainAll();
    }
    return closeWhenDrained();
  }

  private Behavior<Command> onAnswerSent(AnswerSent sent) {
    role.onAnswerSent(sent == AnswerSent.STREAMED);
    return closeWhenDrained();
  }

  private Behavior<Command> closeWhenDrained() {
    if (!draining || phase != Phase.OPEN || !sessions.isEmpty() || role.isAnswering()) {
      return this;
    }
    // The end of a connection overtakes what is on its way, and nobody says when that has come.
    Duration rest = role.sinceAnswer(parts.settings().connection().closeTimeout());
    if (rest.isZero()) {
      return onShutdown(Shutdown.NORMAL);
    }
    timers.startSingleTimer(TimedOut.DRAINED, TimedOut.DRAINED, rest);
    return this;
  }

  private Behavior<Command> onClose(Close close) {
    return close(close.code(), close.reason());
  }

  private Behavior<Command> close(long code, String reason) {
    if (closeSent || phase == Phase.CLOSED) {
      return this;
    }
    phase = Phase.CLOSING;
    timers.cancel(TimedOut.SETTINGS);
    role.onClosing(reason);
    return closeTransport(code, reason);
  }

  private Behavior<Command> closeTransport(long code, String reason) {
    closeSent = true;
    if (code != Http3ErrorCode.H3_NO_ERROR) {
      getContext().getLog().debug("Closing with 0x{}: {}", Long.toHexString(code), reason);
    }
    scope.transport().tell(new TransportCommand.CloseConnection(code, reason));
    return waitForClose();
  }

  private Behavior<Command> waitForClose() {
    timers.startSingleTimer(
        TimedOut.CLOSE, TimedOut.CLOSE, parts.settings().connection().closeTimeout());
    return this;
  }

  private Behavior<Command> onConnectionClosed(String why) {
    if (phase == Phase.CLOSED) {
      return this;
    }
    phase = Phase.CLOSED;
    getContext().getLog().debug("Closed: {}", why);
    timers.cancel(TimedOut.SETTINGS);
    role.onClosing(why);
    sessions.connectionLost(why);
    return sessions.isEmpty() ? Behaviors.stopped() : waitForClose();
  }

  private Behavior<Command> onTransportGone(TransportGone gone) {
    return onConnectionClosed("the transport of the connection ended");
  }

  private Behavior<Command> onSessionGone(SessionGone gone) {
    sessions.gone(gone.id());
    if (phase == Phase.OPEN) {
      role.onSessionGone(gone.id());
      return closeWhenDrained();
    } else if (sessions.isEmpty() && phase == Phase.CLOSED) {
      return Behaviors.stopped();
    } else if (sessions.isEmpty() && !closeSent) {
      return closeTransport(Http3ErrorCode.H3_NO_ERROR, "");
    }
    return this;
  }

  private Behavior<Command> onTimedOut(TimedOut timedOut) {
    return switch (timedOut) {
      case SETTINGS -> onNoSettings();
      case EARLY -> expireEarly();
      case IDLE -> onShutdown(Shutdown.NORMAL);
      case DRAINED -> closeWhenDrained();
      case CLOSE -> onNotClosed();
    };
  }

  private Behavior<Command> onNoSettings() {
    parts.gauges().counter(Gauges.SETTINGS_MISSING).increment();
    return close(
        Http3ErrorCode.H3_MISSING_SETTINGS,
        "no SETTINGS within " + parts.settings().connection().settingsTimeout().toMillis() + " ms");
  }

  /** The sessions, or then the transport, took longer than they may. */
  private Behavior<Command> onNotClosed() {
    parts.gauges().counter(Gauges.CONNECTIONS_CLOSE_FORCED).increment();
    return closeSent || phase == Phase.CLOSED
        ? Behaviors.stopped()
        : closeTransport(Http3ErrorCode.H3_NO_ERROR, "");
  }

  private Behavior<Command> expireEarly() {
    sessions
        .expireEarly()
        .ifPresent(wait -> timers.startSingleTimer(TimedOut.EARLY, TimedOut.EARLY, wait));
    return this;
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    role.onClosing("the connection's actor stopped");
    sessions.close();
    idling(false);
    parts.gauges().level(Gauges.CONNECTIONS).decrement();
    return this;
  }

  private static String describe(TransportEvent.ConnectionClosed closed) {
    return "connection closed by the "
        + (closed.byPeer() ? "peer" : "transport")
        + " with 0x"
        + Long.toHexString(closed.code())
        + (closed.reason().isEmpty() ? "" : ": " + closed.reason());
  }
}
