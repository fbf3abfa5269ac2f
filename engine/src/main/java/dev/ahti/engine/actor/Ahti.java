package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.Sockets;
import dev.ahti.engine.spi.Transport;
import java.time.Duration;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.actor.typed.Props;
import org.jspecify.annotations.Nullable;

/**
 * Ahti in one actor system: its listeners, its dialer, its gauges. Any thread.
 *
 * <p>The actors live below {@code /system/ahti}. The transport is made at the first {@link #listen}
 * or {@link #connect}. When the actor system shuts down, listeners and dialer end first, as {@link
 * OrderlyShutdown} says; the transport's threads end after the last actor, because actors run on
 * them.
 */
public final class Ahti implements Extension {
  private final EngineParts parts;
  private final TransportHolder transport;
  private final ActorRef<AhtiGuardian.Command> guardian;
  private final OpenCalls calls;
  private final SharedFuture<Done> terminated = new SharedFuture<>();

  private Ahti(ActorSystem<?> system) {
    EngineSettings settings = EngineSettings.create(system);
    this.parts = EngineParts.of(system, settings, new GaugeRegistry());
    this.transport = new TransportHolder(system, parts);
    this.calls =
        new OpenCalls(
            "ahti.dialer.max-connections times ahti.session.max-per-connection",
            settings.mostSessions(),
            parts.gauges().level(Gauges.CALLS_OPEN));
    this.guardian = system.systemActorOf(AhtiGuardian.create(parts), "ahti", Props.empty());
    OrderlyShutdown.add(system, settings, guardian);
    system.classicSystem().registerOnTermination(this::afterLastActor);
  }

  /** The one of this actor system, made at the first call. */
  public static Ahti get(ActorSystem<?> system) {
    return Id.INSTANCE.apply(system);
  }

  /** The settings this actor system runs with. */
  public EngineSettings settings() {
    return parts.settings();
  }

  /** What is held and what was refused, now. */
  public GaugeRegistry gauges() {
    return parts.gauges();
  }

  /**
   * Starts to listen.
   *
   * @return the listener; fails when the name is in use, the address cannot be bound, or the
   *     transport cannot work on this machine. Messages name the address and the reason
   */
  public CompletableFuture<ListenerHandle> listen(ListenRequest request) {
    CompletableFuture<ListenerHandle> promise = calls.add();
    Transport ready = transportFor(promise);
    if (ready != null) {
      guardian.tell(new AhtiGuardian.Listen(request, ready, promise));
    }
    return promise.copy();
  }

  /**
   * The listeners that are bound and not yet gone, by the names of their requests.
   *
   * @return as they are when the guardian answers; fails with a {@link SessionFailure} when the
   *     actor system has terminated
   */
  public CompletableFuture<SortedMap<String, ListenerHandle>> listeners() {
    CompletableFuture<SortedMap<String, ListenerHandle>> promise = calls.add();
    if (!promise.isDone()) {
      guardian.tell(new AhtiGuardian.Listeners(promise));
    }
    return promise;
  }

  /**
   * Opens a session, on a connection of its own unless the request names a pool.
   *
   * @return the session, once the server accepted it; completes on the connection's loop. Fails
   *     with a {@link SessionFailure}, which has the status when the server refused, or with what
   *     the transport says. Cancelling it gives the session up, and a connection of its own too
   */
  public CompletableFuture<SessionHandle> connect(DialRequest request) {
    CompletableFuture<SessionHandle> promise = calls.add();
    Transport ready = transportFor(promise);
    if (ready != null) {
      guardian.tell(new AhtiGuardian.Dial(request, ready, promise));
    }
    return promise;
  }

  /**
   * Sockets of the operating system. They have no actors: nobody but their two halves needs to know
   * of them ({@code docs/decisions/0028-direct-sockets.md}).
   *
   * @throws dev.ahti.engine.spi.TransportUnavailableException when the transport has none
   * @throws IllegalStateException when the actor system has terminated
   */
  public Sockets sockets() {
    return transport.get().sockets();
  }

  /**
   * Runs a task when an actor has stopped, at once when it has already.
   *
   * @param key tells it from other tasks for the same owner
   * @param stopped run once, by an actor: must not block
   */
  public void whenStopped(ActorRef<?> owner, Object key, Runnable stopped) {
    guardian.tell(new AhtiGuardian.ToOwners(new OwnersActor.Watch(key, owner, stopped)));
  }

  /** Takes {@link #whenStopped} back. */
  public void forget(ActorRef<?> owner, Object key) {
    guardian.tell(new AhtiGuardian.ToOwners(new OwnersActor.Forget(key, owner)));
  }

  /**
   * Runs a task later, on the actor system's default dispatcher: it must not block. Not when the
   * actor system ends before. Gauge, with other timers: {@code scheduler.timers}.
   *
   * @return cancels it
   */
  public Cancellable after(Duration delay, Runnable task) {
    return parts.timers().after(delay, task);
  }

  /** Completes after the actor system's last actor, when the transport's threads are given back. */
  public CompletableFuture<Done> terminated() {
    return terminated;
  }

  private @Nullable Transport transportFor(CompletableFuture<?> promise) {
    if (promise.isDone()) {
      return null;
    }
    try {
      return transport.get();
    } catch (RuntimeException unavailable) {
      promise.completeExceptionally(unavailable);
      return null;
    }
  }

  private void afterLastActor() {
    parts.timers().end();
    calls.end("the actor system has terminated");
    transport.terminate().whenCompleteAsync(this::onTransportEnded, Runnable::run);
  }

  private void onTransportEnded(Done done, Throwable failure) {
    if (failure == null) {
      terminated.succeed(done);
    } else {
      terminated.fail(failure);
    }
  }

  private static final class Id extends ExtensionId<Ahti> {
    static final Id INSTANCE = new Id();

    @Override
    public Ahti createExtension(ActorSystem<?> system) {
      return new Ahti(system);
    }
  }
}
