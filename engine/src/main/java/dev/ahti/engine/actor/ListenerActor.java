package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.Http2Settings;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.dialect.SettingsOffer;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.EmbedOptions;
import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.Transport;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportListener;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.Done;
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
 * One listening address: binds it, admits connections up to the limit, and has an actor for each of
 * them on the connection's own loop.
 *
 * <pre>
 * binding   -> listening  on Bound
 * binding   -> stopped    on BindFailed
 * listening -> draining   on Drain: connections are refused, but those for plain requests that are
 *                         answered then; the open ones end with their sessions
 * any       -> stopping   on Stop, or when draining takes too long: the open ones shut down
 * draining or stopping -> releasing when the last connection is gone
 * releasing -> stopped    when the address is free
 * </pre>
 */
final class ListenerActor extends AbstractBehavior<ListenerActor.Command> {

  sealed interface Command {}

  /** Refuses new connections, shuts the open ones down, frees the address, then stops. */
  enum Stop implements Command {
    INSTANCE
  }

  /** As {@link Stop}, but the sessions are first asked to wind up and have a time to do so. */
  record Drain(DrainRequest request) implements Command {}

  /** Runs an actor as long as the listener lives. */
  record Accompany(String name, Behavior<?> behavior, DispatcherSelector dispatcher)
      implements Command {}

  private record DrainTimedOut(DrainRequest request) implements Command {}

  private record Bound(TransportListener listener) implements Command {}

  private record BindFailed(Throwable cause) implements Command {}

  private record Arrived(TransportConnection connection) implements Command {}

  private record RefusedOneTooMany(long withheld) implements Command {}

  private record ConnectionGone(long number) implements Command {}

  private enum Released implements Command {
    INSTANCE
  }

  private static final String DRAINING = "draining";

  private final EngineParts parts;
  private final ListenRequest request;
  private final CompletableFuture<ListenerHandle> promise;
  private final ListenerAdmission admission;
  private final CompletableFuture<Done> stopped;
  private final Map<Long, ActorRef<ConnectionActor.Command>> connections = new HashMap<>();

  /** Those that came while it drains, see {@link ConnectionActor#visitor}. */
  private final Map<Long, ActorRef<ConnectionActor.Command>> visitors = new HashMap<>();

  private @Nullable TransportListener listener;
  private final TimerScheduler<Command> timers;
  private final Status status = new Status();
  private boolean refusing;
  private boolean stopping;
  private boolean releasing;
  private long lastNumber;

  /**
   * @param promise completes when the address is bound
   * @param stopped to be completed by who starts the listener, once it is gone and its name free
   */
  static Behavior<Command> create(
      EngineParts parts,
      ListenRequest request,
      Transport transport,
      CompletableFuture<ListenerHandle> promise,
      CompletableFuture<Done> stopped) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new ListenerActor(context, timers, parts, request, promise, stopped)
                        .bind(transport)));
  }

  private ListenerActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      EngineParts parts,
      ListenRequest request,
      CompletableFuture<ListenerHandle> promise,
      CompletableFuture<Done> stopped) {
    super(context);
    this.timers = timers;
    this.parts = request.flow().of(parts);
    this.request = request;
    this.promise = promise;
    this.stopped = stopped;
    ActorRef<Command> self = context.getSelf();
    this.admission =
        new ListenerAdmission(
            this.parts.settings().listener(),
            this.parts.gauges(),
            withheld -> self.tell(new RefusedOneTooMany(withheld)));
    context.setLoggerName(ListenerActor.class);
  }

  private ListenerActor bind(Transport transport) {
    ActorRef<Command> self = getContext().getSelf();
    Consumer<TransportConnection> arrived = connection -> self.tell(new Arrived(connection));
    getContext()
        .pipeToSelf(
            request
                .tls()
                .map(tls -> transport.bind(listenOptions(tls), arrived))
                .orElseGet(
                    () -> transport.embed(new EmbedOptions(request.name(), settings()), arrived)),
            ListenerActor::boundOrFailed);
    return this;
  }

  private ListenOptions listenOptions(ServerTls tls) {
    return new ListenOptions(
        request.name(), request.address(), tls, request.congestionControl(), settings(), admission);
  }

  private Map<HttpVersion, Map<Long, Long>> settings() {
    Map<HttpVersion, Map<Long, Long>> settings = new EnumMap<>(HttpVersion.class);
    for (HttpVersion version : request.versions()) {
      settings.put(
          version,
          switch (version) {
            case HTTP_3 ->
                SettingsOffer.server(request.dialects(), sessionLimits(parts.settings()));
            case HTTP_2 -> Http2Settings.server(parts.settings().session().flow().muxLimits());
          });
    }
    return settings;
  }

  /** What a connection's SETTINGS announce and its sessions keep to. */
  static SettingsOffer.Limits sessionLimits(EngineSettings settings) {
    return new SettingsOffer.Limits(
        settings.session().maxPerConnection(), settings.session().flow().limits());
  }

  private static Command boundOrFailed(
      @Nullable TransportListener listener, @Nullable Throwable cause) {
    return listener != null ? new Bound(listener) : new BindFailed(Failures.unwrap(cause));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Arrived.class, this::onArrived)
        .onMessage(RefusedOneTooMany.class, this::onRefusedOneTooMany)
        .onMessage(ConnectionGone.class, this::onConnectionGone)
        .onMessage(Bound.class, this::onBound)
        .onMessage(BindFailed.class, this::onBindFailed)
        .onMessage(Drain.class, this::onDrain)
        .onMessage(DrainTimedOut.class, this::onDrainTimedOut)
        .onMessage(Stop.class, this::onStop)
        .onMessage(Accompany.class, this::onAccompany)
        .onMessage(Released.class, this::onReleased)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onBound(Bound bound) {
    listener = bound.listener();
    InetSocketAddress address = listener.localAddress();
    if (request.tls().isEmpty()) {
      getContext().getLog().info("Embedded as '{}'", request.name());
    } else {
      getContext().getLog().info("Listening on {} as '{}'", address, request.name());
    }
    promise.complete(new Handle(listener, admission, status, getContext().getSelf(), stopped));
    return releaseWhenEmpty();
  }

  private Behavior<Command> onBindFailed(BindFailed failed) {
    promise.completeExceptionally(failed.cause());
    return Behaviors.stopped();
  }

  private Behavior<Command> onArrived(Arrived arrived) {
    TransportConnection connection = arrived.connection();
    boolean visits = refusing && !stopping && !releasing && request.router().answersWhileDraining();
    if (refusing && !visits) {
      connection.discard(Http3ErrorCode.H3_NO_ERROR, "the listener is stopping");
      return this;
    }
    // Of a transport that asked before, no more come than there may be.
    if (connections.size() + visitors.size() >= parts.settings().listener().maxConnections()) {
      admission.refuseAsFull();
      connection.discard(Http3ErrorCode.H3_EXCESSIVE_LOAD, "too many connections");
      return this;
    }
    long number = ++lastNumber;
    ActorRef<ConnectionActor.Command> actor =
        getContext()
            .spawn(
                visits
                    ? ConnectionActor.visitor(parts, connection, request, admission)
                    : ConnectionActor.server(parts, connection, request, admission),
                "connection-" + number,
                DispatcherSelector.fromConfig(connection.loop().dispatcherId()));
    getContext().watchWith(actor, new ConnectionGone(number));
    (visits ? visitors : connections).put(number, actor);
    status.connections = connections.size();
    return this;
  }

  private Behavior<Command> onRefusedOneTooMany(RefusedOneTooMany refused) {
    getContext()
        .getLog()
        .warn(
            "Refused a connection: {} are open (ahti.listener.max-connections). {} more since"
                + " the last warning.",
            parts.settings().listener().maxConnections(),
            refused.withheld());
    return this;
  }

  private Behavior<Command> onConnectionGone(ConnectionGone gone) {
    connections.remove(gone.number());
    visitors.remove(gone.number());
    status.connections = connections.size();
    return releaseWhenEmpty();
  }

  private Behavior<Command> onDrain(Drain drain) {
    Duration timeout = drain.request().timeout();
    if (timeout.isZero()) {
      return shutDown(drain.request().shutdown());
    }
    if (!refusing) {
      refusing = true;
      status.refusing = true;
      getContext()
          .getLog()
          .info("Draining the listener '{}' for {} ms at most", request.name(), timeout.toMillis());
      connections.values().forEach(actor -> actor.tell(ConnectionActor.Drain.INSTANCE));
      timers.startSingleTimer(DRAINING, new DrainTimedOut(drain.request()), timeout);
    }
    return releaseWhenEmpty();
  }

  private Behavior<Command> onDrainTimedOut(DrainTimedOut timedOut) {
    if (!connections.isEmpty()) {
      parts.gauges().counter(Gauges.LISTENER_DRAINS_CUT).increment();
      getContext()
          .getLog()
          .info(
              "The listener '{}' was drained for {} ms and closes what is left; connections: {}",
              request.name(),
              timedOut.request().timeout().toMillis(),
              connections.size());
    }
    return shutDown(timedOut.request().shutdown());
  }

  private Behavior<Command> onAccompany(Accompany accompany) {
    getContext().spawn(accompany.behavior(), accompany.name(), accompany.dispatcher());
    return this;
  }

  private Behavior<Command> onStop(Stop stop) {
    return shutDown(ConnectionActor.Shutdown.NORMAL);
  }

  private Behavior<Command> shutDown(ConnectionActor.Shutdown shutdown) {
    if (!stopping) {
      refusing = true;
      status.refusing = true;
      stopping = true;
      timers.cancel(DRAINING);
      getContext().getLog().info("Stopping the listener '{}'", request.name());
      connections.values().forEach(actor -> actor.tell(shutdown));
    }
    return releaseWhenEmpty();
  }

  private Behavior<Command> releaseWhenEmpty() {
    if (refusing && !releasing && listener != null && connections.isEmpty()) {
      if (!visitors.isEmpty()) {
        // Who came to ask how we are is not waited for.
        stopping = true;
        visitors.values().forEach(actor -> actor.tell(ConnectionActor.Shutdown.NORMAL));
        return this;
      }
      releasing = true;
      getContext().pipeToSelf(listener.close(), (done, cause) -> Released.INSTANCE);
    }
    return this;
  }

  private Behavior<Command> onReleased(Released released) {
    return Behaviors.stopped();
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    if (listener != null && !releasing) {
      listener.close();
    }
    return this;
  }

  /** What others may read of it; written by the actor alone. */
  private static final class Status {
    private volatile int connections;
    private volatile boolean refusing;
  }

  private record Handle(
      TransportListener listener,
      ListenerAdmission admission,
      Status status,
      ActorRef<Command> actor,
      CompletableFuture<Done> end)
      implements ListenerHandle {

    @Override
    public InetSocketAddress address() {
      return listener.localAddress();
    }

    @Override
    public int connections() {
      return status.connections;
    }

    @Override
    public int sessions() {
      return admission.sessions();
    }

    @Override
    public boolean draining() {
      return status.refusing;
    }

    @Override
    public CompletableFuture<Done> stopped() {
      return end.copy();
    }

    @Override
    public void replaceCredentials(ServerCredentials credentials) {
      listener.replaceCredentials(credentials);
    }

    @Override
    public void accompany(String name, Behavior<?> behavior, DispatcherSelector dispatcher) {
      tell(new Accompany(name, behavior, dispatcher));
    }

    @Override
    public CompletableFuture<Done> drain(DrainRequest request) {
      return tell(new Drain(request));
    }

    @Override
    public CompletableFuture<Done> stop() {
      return tell(Stop.INSTANCE);
    }

    private CompletableFuture<Done> tell(Command command) {
      if (!end.isDone()) {
        actor.tell(command);
      }
      return end.copy();
    }
  }
}
