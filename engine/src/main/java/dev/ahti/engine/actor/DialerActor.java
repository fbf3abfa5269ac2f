package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.Transport;
import dev.ahti.engine.spi.TransportConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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
import org.jspecify.annotations.Nullable;

/**
 * The client side: finds a connection with a place for each session asked for, or opens one, and
 * has an actor for it on the connection's loop. One timer a call covers everything from the name
 * lookup to the answer; parts of that have shorter ones of their own, where they happen: connecting
 * in the transport, SETTINGS at the connection's actor, the answer at the session's.
 *
 * <p>A call that names a pool joins a connection of that pool, also one that is still being opened;
 * a call that does not has its connection for itself. A connection gives a call back when it has no
 * place after all, or when the server says that it has not looked at the request; the call then
 * goes elsewhere, unless the connection was opened for it.
 */
final class DialerActor extends AbstractBehavior<DialerActor.Command> {

  /** The dialer may have stopped when a connection tells it something: that is its normal end. */
  sealed interface Command extends DeadLetterSuppression {}

  /** Opens a session. */
  record Dial(DialRequest request, Transport transport, CompletableFuture<SessionHandle> promise)
      implements Command {}

  /** A connection may have so many sessions at a time. */
  record Places(long connection, int sessions) implements Command {}

  /** A place on a connection is free again. */
  record Freed(long connection) implements Command {}

  /** A connection takes no further sessions; those that it has go on. */
  record Closing(long connection) implements Command {}

  /** A connection could not begin with a call. */
  record Returned(long connection, long call, String why) implements Command {}

  /** A call has begun, and the server has not looked at it; its connection keeps its place. */
  record Unserved(long call, String why) implements Command {}

  /** Gives up what is being opened, shuts down what is open, then stops. */
  enum Stop implements Command {
    INSTANCE
  }

  private record Connected(ClientLink link, TransportConnection transport) implements Command {}

  private record DialFailed(long connection, Throwable cause) implements Command {}

  /** HTTP/3 and HTTP/2 were tried, and this one was there first. */
  private record Raced(String host, int port, HttpVersion winner) implements Command {}

  /** One of the versions that were tried has failed. */
  private record VersionFailed(long connection, String why) implements Command {}

  private record TimedOut(long call) implements Command {}

  private record Settled(long call) implements Command {}

  private record ConnectionGone(long connection) implements Command {}

  /**
   * A call that is not settled.
   *
   * @param connection where it is
   * @param opener whether that connection was opened for it
   * @param left the connections that had no place for it or did not look at it
   */
  private record Placed(
      DialCall call,
      Transport transport,
      DialedConnection connection,
      boolean opener,
      Set<Long> left) {}

  private final EngineParts parts;
  private final VersionRace versions;
  private final TimerScheduler<Command> timers;
  private final Map<Long, Placed> calls = new HashMap<>();
  private final Map<Long, DialedConnection> connections = new LinkedHashMap<>();
  private boolean stopping;
  private long lastCall;
  private long lastConnection;

  static Behavior<Command> create(EngineParts parts) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new DialerActor(context, timers, parts)));
  }

  private DialerActor(
      ActorContext<Command> context, TimerScheduler<Command> timers, EngineParts parts) {
    super(context);
    this.timers = timers;
    this.parts = parts;
    this.versions = new VersionRace(parts);
    context.setLoggerName(DialerActor.class);
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Dial.class, this::onDial)
        .onMessage(Connected.class, this::onConnected)
        .onMessage(DialFailed.class, this::onDialFailed)
        .onMessage(Places.class, this::onPlaces)
        .onMessage(Freed.class, this::onFreed)
        .onMessage(Closing.class, this::onClosing)
        .onMessage(Returned.class, this::onReturned)
        .onMessage(Unserved.class, this::onUnserved)
        .onMessage(Settled.class, this::onSettled)
        .onMessage(TimedOut.class, this::onTimedOut)
        .onMessage(Raced.class, this::onRaced)
        .onMessage(VersionFailed.class, this::onVersionFailed)
        .onMessage(ConnectionGone.class, this::onConnectionGone)
        .onMessage(Stop.class, this::onStop)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onDial(Dial dial) {
    long number = ++lastCall;
    DialCall call = new DialCall(number, dial.request(), dial.promise());
    if (place(call, dial.transport(), Set.of())) {
      timers.startSingleTimer(number, new TimedOut(number), dial.request().timeout());
      getContext().pipeToSelf(dial.promise(), (session, failure) -> new Settled(number));
    }
    return this;
  }

  /** Finds a connection for a call; {@code false} when it had to be refused. */
  private boolean place(DialCall call, Transport transport, Set<Long> left) {
    DialedConnection shared =
        PoolKey.of(call.request()).flatMap(key -> connectionWithPlace(key, left)).orElse(null);
    if (stopping) {
      refuse(call, "the dialer is stopping");
      return false;
    }
    int limit = parts.settings().dialer().maxConnections();
    if (shared == null && connections.size() >= limit) {
      refuse(call, limit + " are open (ahti.dialer.max-connections)");
      return false;
    }
    DialedConnection connection = shared != null ? shared : open(call.request(), transport);
    calls.put(call.number(), new Placed(call, transport, connection, shared == null, left));
    connection.take(call);
    return true;
  }

  /** The oldest one, so that the younger ones empty and close. */
  private Optional<DialedConnection> connectionWithPlace(PoolKey key, Set<Long> left) {
    return connections.values().stream()
        .filter(one -> one.hasPlaceFor(key) && !left.contains(one.number()))
        .findFirst();
  }

  private void refuse(DialCall call, String why) {
    parts.gauges().counter(Gauges.CONNECTIONS_REFUSED).increment();
    call.promise().completeExceptionally(new SessionFailure("connection refused: " + why));
  }

  private DialedConnection open(DialRequest request, Transport transport) {
    long number = ++lastConnection;
    Optional<PoolKey> key = PoolKey.of(request);
    EngineSettings settings = parts.settings();
    DialedConnection connection =
        new DialedConnection(
            number, key, key.isEmpty() ? 1 : settings.session().maxPerConnection());
    connections.put(number, connection);
    ActorRef<Command> self = getContext().getSelf();
    ClientLink link =
        new ClientLink(
            number,
            request.dialects(),
            request.flow(),
            key.isEmpty() ? Duration.ZERO : settings.dialer().poolIdleTimeout(),
            self);
    CompletableFuture<TransportConnection> dial =
        versions.dial(
            request,
            transport,
            winner -> self.tell(new Raced(request.host(), request.port(), winner)),
            why -> self.tell(new VersionFailed(number, String.valueOf(why.getMessage()))));
    connection.dialling(dial);
    // Not pipeToSelf: it maps inside this actor, which may have stopped by then.
    dial.whenCompleteAsync(
        (opened, cause) -> self.tell(connectedOrFailed(connection, link, request, opened, cause)),
        Runnable::run);
    return connection;
  }

  private static Command connectedOrFailed(
      DialedConnection connection,
      ClientLink link,
      DialRequest request,
      @Nullable TransportConnection opened,
      @Nullable Throwable cause) {
    if (opened == null) {
      Throwable failure = Failures.unwrap(cause);
      return new DialFailed(
          connection.number(),
          new SessionFailure(VersionRace.explain(request, failure.getMessage()), failure));
    }
    if (connection.isUnwanted()) {
      opened.discard(Http3ErrorCode.H3_NO_ERROR, "no longer wanted");
      return new DialFailed(connection.number(), new SessionFailure("no longer wanted"));
    }
    if (request.requireUnreliable() && !opened.facts().supportsUnreliable()) {
      opened.discard(Http3ErrorCode.H3_NO_ERROR, VersionRace.RELIABLE_ONLY);
      return new DialFailed(connection.number(), new SessionFailure(VersionRace.RELIABLE_ONLY));
    }
    return new Connected(link, opened);
  }

  private Behavior<Command> onConnected(Connected connected) {
    long number = connected.link().number();
    DialedConnection connection = connections.get(number);
    TransportConnection transport = connected.transport();
    // The callers may have given up since the connection was made, and this may come before the
    // news.
    if (connection == null || connection.isWantedByNobody()) {
      transport.discard(Http3ErrorCode.H3_NO_ERROR, "no longer wanted");
      return remove(number);
    }
    ActorRef<ConnectionActor.Command> actor =
        getContext()
            .spawn(
                ConnectionActor.client(
                    connected.link().flow().of(parts),
                    transport,
                    connected.link(),
                    connection.calls()),
                "connection-" + number,
                DispatcherSelector.fromConfig(transport.loop().dispatcherId()));
    getContext().watchWith(actor, new ConnectionGone(number));
    connection.connected(actor);
    return this;
  }

  private Behavior<Command> onDialFailed(DialFailed failed) {
    DialedConnection connection = connections.get(failed.connection());
    if (connection != null) {
      connection.calls().forEach(call -> call.promise().completeExceptionally(failed.cause()));
    }
    return remove(failed.connection());
  }

  private Behavior<Command> onPlaces(Places places) {
    DialedConnection connection = connections.get(places.connection());
    if (connection != null) {
      connection.places(places.sessions());
    }
    return this;
  }

  private Behavior<Command> onFreed(Freed freed) {
    DialedConnection connection = connections.get(freed.connection());
    if (connection != null) {
      connection.freed();
    }
    return this;
  }

  private Behavior<Command> onClosing(Closing closing) {
    DialedConnection connection = connections.get(closing.connection());
    if (connection != null) {
      connection.closing();
    }
    return this;
  }

  private Behavior<Command> onRaced(Raced raced) {
    versions.won(raced.host(), raced.port(), raced.winner());
    return this;
  }

  private Behavior<Command> onVersionFailed(VersionFailed failed) {
    DialedConnection connection = connections.get(failed.connection());
    if (connection != null) {
      connection.versionFailed(failed.why());
    }
    return this;
  }

  private Behavior<Command> onReturned(Returned returned) {
    DialedConnection connection = connections.get(returned.connection());
    if (connection != null) {
      connection.freed();
    }
    placeAgain(returned.call(), returned.why());
    return this;
  }

  private Behavior<Command> onUnserved(Unserved unserved) {
    placeAgain(unserved.call(), unserved.why());
    return this;
  }

  private void placeAgain(long number, String why) {
    Placed placed = calls.remove(number);
    if (placed == null) {
      return;
    }
    placed.connection().forget(placed.call());
    if (placed.call().isSettled()) {
      return;
    }
    if (placed.opener()) {
      // It would fare no better on the next one that is opened for it.
      placed.call().fail(why);
    } else {
      // Never to the same again, so that it ends: at the latest on one that is opened for it.
      Set<Long> left = new HashSet<>(placed.left());
      left.add(placed.connection().number());
      place(placed.call(), placed.transport(), left);
    }
  }

  /** The caller has the session, the failure, or has cancelled. */
  private Behavior<Command> onSettled(Settled settled) {
    timers.cancel(settled.call());
    Placed placed = calls.remove(settled.call());
    if (placed != null) {
      placed.connection().settled(placed.call());
    }
    return this;
  }

  private Behavior<Command> onTimedOut(TimedOut timedOut) {
    Placed placed = calls.get(timedOut.call());
    if (placed != null) {
      DialCall call = placed.call();
      call.promise()
          .completeExceptionally(
              new SessionFailure(
                  "no session with "
                      + call.target()
                      + " within "
                      + call.request().timeout().toMillis()
                      + " ms ("
                      + (placed.connection().isConnected()
                          ? "connected, not answered"
                          : VersionRace.explain(call.request(), placed.connection().notConnected()))
                      + ")"));
    }
    return this;
  }

  private Behavior<Command> onConnectionGone(ConnectionGone gone) {
    DialedConnection connection = connections.remove(gone.connection());
    if (connection != null) {
      // Its actor answered those that reached it, unless it failed before it could.
      connection.calls().forEach(call -> placeAgain(call.number(), "the connection ended"));
    }
    return remove(gone.connection());
  }

  private Behavior<Command> remove(long number) {
    connections.remove(number);
    return stopping && connections.isEmpty() ? Behaviors.stopped() : this;
  }

  private Behavior<Command> onStop(Stop stop) {
    stopping = true;
    calls
        .values()
        .forEach(
            placed ->
                placed
                    .call()
                    .promise()
                    .completeExceptionally(new SessionFailure("the dialer is stopping")));
    connections.values().forEach(DialedConnection::shutDown);
    connections.values().removeIf(connection -> !connection.isConnected());
    return connections.isEmpty() ? Behaviors.stopped() : this;
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    versions.forget();
    connections.values().forEach(DialedConnection::shutDown);
    calls
        .values()
        .forEach(
            placed ->
                placed
                    .call()
                    .promise()
                    .completeExceptionally(new SessionFailure("the dialer stopped")));
    return this;
  }
}
