package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.SettingsOffer;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.Transport;
import dev.ahti.engine.spi.TransportConnection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
 * The client side: opens a connection for each session asked for, and has an actor for it on the
 * connection's loop. One timer an attempt covers everything from the name lookup to the answer.
 */
final class DialerActor extends AbstractBehavior<DialerActor.Command> {

  sealed interface Command {}

  /** Opens a session. */
  record Dial(DialRequest request, Transport transport, CompletableFuture<SessionHandle> promise)
      implements Command {}

  /** Gives up what is being opened, shuts down what is open, then stops. */
  enum Stop implements Command {
    INSTANCE
  }

  private record Connected(long number, TransportConnection connection) implements Command {}

  private record DialFailed(long number, Throwable cause) implements Command {}

  private record TimedOut(long number) implements Command {}

  private record Settled(long number) implements Command {}

  private record ConnectionGone(long number) implements Command {}

  /** An attempt, or the connection that came of it. */
  private static final class Attempt {
    final DialRequest request;
    final CompletableFuture<SessionHandle> promise;
    @Nullable ActorRef<ConnectionActor.Command> connection;

    Attempt(DialRequest request, CompletableFuture<SessionHandle> promise) {
      this.request = request;
      this.promise = promise;
    }

    String target() {
      return request.host() + ":" + request.port();
    }
  }

  private final EngineParts parts;
  private final TimerScheduler<Command> timers;
  private final Map<Long, Attempt> attempts = new HashMap<>();
  private boolean stopping;
  private long lastNumber;

  static Behavior<Command> create(EngineParts parts) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new DialerActor(context, timers, parts)));
  }

  private DialerActor(
      ActorContext<Command> context, TimerScheduler<Command> timers, EngineParts parts) {
    super(context);
    this.timers = timers;
    this.parts = parts;
    context.setLoggerName(DialerActor.class);
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Dial.class, this::onDial)
        .onMessage(Connected.class, this::onConnected)
        .onMessage(DialFailed.class, this::onDialFailed)
        .onMessage(Settled.class, this::onSettled)
        .onMessage(TimedOut.class, this::onTimedOut)
        .onMessage(ConnectionGone.class, this::onConnectionGone)
        .onMessage(Stop.class, this::onStop)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onDial(Dial dial) {
    int limit = parts.settings().dialer().maxConnections();
    if (stopping || attempts.size() >= limit) {
      parts.gauges().counter(Gauges.CONNECTIONS_REFUSED).increment();
      String why =
          stopping ? "the dialer is stopping" : limit + " are open (ahti.dialer.max-connections)";
      dial.promise().completeExceptionally(new SessionFailure("connection refused: " + why));
      return this;
    }
    DialRequest request = dial.request();
    long number = ++lastNumber;
    attempts.put(number, new Attempt(request, dial.promise()));
    timers.startSingleTimer(number, new TimedOut(number), request.timeout());
    getContext().pipeToSelf(dial.promise(), (session, failure) -> new Settled(number));
    ActorRef<Command> self = getContext().getSelf();
    // Not pipeToSelf: it maps inside this actor, which may have stopped by then.
    dial.transport()
        .dial(options(request))
        .whenCompleteAsync(
            (connection, cause) ->
                self.tell(connectedOrFailed(number, dial.promise(), connection, cause)),
            Runnable::run);
    return this;
  }

  private DialOptions options(DialRequest request) {
    return new DialOptions(
        request.host(),
        request.port(),
        request.tls(),
        request.congestionControl(),
        SettingsOffer.client(request.dialects(), ListenerActor.sessionLimits(parts.settings())),
        request.timeout());
  }

  private static Command connectedOrFailed(
      long number,
      CompletableFuture<SessionHandle> promise,
      @Nullable TransportConnection connection,
      @Nullable Throwable cause) {
    if (connection == null) {
      Throwable failure = Failures.unwrap(cause);
      return new DialFailed(number, new SessionFailure(failure.getMessage(), failure));
    }
    if (promise.isDone()) {
      connection.discard(Http3ErrorCode.H3_NO_ERROR, "no longer wanted");
      return new DialFailed(number, new SessionFailure("no longer wanted"));
    }
    return new Connected(number, connection);
  }

  private Behavior<Command> onConnected(Connected connected) {
    Attempt attempt = attempts.get(connected.number());
    TransportConnection connection = connected.connection();
    // The caller may have given up since the connection was made.
    if (attempt == null || attempt.promise.isDone()) {
      connection.discard(Http3ErrorCode.H3_NO_ERROR, "no longer wanted");
      return remove(connected.number());
    }
    ActorRef<ConnectionActor.Command> actor =
        getContext()
            .spawn(
                ConnectionActor.client(parts, connection, attempt.request, attempt.promise),
                "connection-" + connected.number(),
                DispatcherSelector.fromConfig(connection.loop().dispatcherId()));
    getContext().watchWith(actor, new ConnectionGone(connected.number()));
    attempt.connection = actor;
    return this;
  }

  private Behavior<Command> onDialFailed(DialFailed failed) {
    Attempt attempt = attempts.get(failed.number());
    if (attempt != null) {
      attempt.promise.completeExceptionally(failed.cause());
    }
    return remove(failed.number());
  }

  /** The caller has its session, its failure, or has cancelled. */
  private Behavior<Command> onSettled(Settled settled) {
    timers.cancel(settled.number());
    Attempt attempt = attempts.get(settled.number());
    if (attempt != null
        && attempt.connection != null
        && attempt.promise.isCompletedExceptionally()) {
      attempt.connection.tell(ConnectionActor.Shutdown.INSTANCE);
    }
    return this;
  }

  private Behavior<Command> onTimedOut(TimedOut timedOut) {
    Attempt attempt = attempts.get(timedOut.number());
    if (attempt != null) {
      attempt.promise.completeExceptionally(
          new SessionFailure(
              "no session with "
                  + attempt.target()
                  + " within "
                  + attempt.request.timeout().toMillis()
                  + " ms ("
                  + (attempt.connection == null ? "not connected" : "connected, not answered")
                  + ")"));
    }
    return this;
  }

  private Behavior<Command> onConnectionGone(ConnectionGone gone) {
    Attempt attempt = attempts.get(gone.number());
    if (attempt != null) {
      // Does nothing unless the connection's actor failed before it could say why.
      attempt.promise.completeExceptionally(
          new SessionFailure("the connection to " + attempt.target() + " ended"));
    }
    return remove(gone.number());
  }

  private Behavior<Command> remove(long number) {
    timers.cancel(number);
    attempts.remove(number);
    return stopping && attempts.isEmpty() ? Behaviors.stopped() : this;
  }

  private Behavior<Command> onStop(Stop stop) {
    stopping = true;
    attempts.values().forEach(DialerActor::giveUp);
    attempts.values().removeIf(attempt -> attempt.connection == null);
    return attempts.isEmpty() ? Behaviors.stopped() : this;
  }

  private static void giveUp(Attempt attempt) {
    attempt.promise.completeExceptionally(new SessionFailure("the dialer is stopping"));
    if (attempt.connection != null) {
      attempt.connection.tell(ConnectionActor.Shutdown.INSTANCE);
    }
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    attempts
        .values()
        .forEach(
            attempt ->
                attempt.promise.completeExceptionally(new SessionFailure("the dialer stopped")));
    return this;
  }
}
