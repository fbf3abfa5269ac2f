package dev.ahti.engine.actor;

import dev.ahti.engine.spi.Transport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.jspecify.annotations.Nullable;

/**
 * The root of Ahti's actors: the registry of listeners, and the dialer. A listener or dialer that
 * fails stops with all its connections; the next call makes a new one.
 */
final class AhtiGuardian extends AbstractBehavior<AhtiGuardian.Command> {

  sealed interface Command {}

  /** Starts a listener. */
  record Listen(
      ListenRequest request, Transport transport, CompletableFuture<ListenerHandle> promise)
      implements Command {}

  /** Opens a session to a server. */
  record Dial(DialRequest request, Transport transport, CompletableFuture<SessionHandle> promise)
      implements Command {}

  /** Asks for the listeners that are bound, by name. */
  record Listeners(CompletableFuture<SortedMap<String, ListenerHandle>> promise)
      implements Command {}

  /** Something for the watch of owners. */
  record ToOwners(OwnersActor.Command command) implements Command {}

  /**
   * Drains every listener; from then on none is started. The dialer goes on, for what the last
   * sessions need of it.
   */
  record DrainAll(DrainRequest request, CompletableFuture<Done> promise) implements Command {}

  /** Stops every listener and the dialer; from then on nothing new is started. */
  record StopAll(CompletableFuture<Done> promise) implements Command {}

  private record ListenerGone(String name) implements Command {}

  private enum DialerGone implements Command {
    INSTANCE
  }

  /**
   * A listener. Who waits for the end of it, or for the failure of its start, hears of it when its
   * name is free again, and not before: they may start the next one under it.
   *
   * @param bound completed by the listener
   * @param promise what the application waits for
   */
  private record Entry(
      ActorRef<ListenerActor.Command> actor,
      CompletableFuture<ListenerHandle> bound,
      CompletableFuture<ListenerHandle> promise,
      CompletableFuture<Done> stopped) {

    void gone() {
      bound.completeExceptionally(new SessionFailure("the listener stopped before it was bound"));
      bound.whenComplete(
          (handle, cause) -> {
            if (cause != null) {
              promise.completeExceptionally(cause);
            }
          });
      stopped.complete(Done.getInstance());
    }
  }

  private final EngineParts parts;
  private final Map<String, Entry> listeners = new HashMap<>();
  private final List<CompletableFuture<Done>> draining = new ArrayList<>();
  private final List<CompletableFuture<Done>> stopping = new ArrayList<>();
  private @Nullable ActorRef<DialerActor.Command> dialer;
  private @Nullable ActorRef<OwnersActor.Command> owners;

  static Behavior<Command> create(EngineParts parts) {
    return Behaviors.setup(context -> new AhtiGuardian(context, parts));
  }

  private AhtiGuardian(ActorContext<Command> context, EngineParts parts) {
    super(context);
    this.parts = parts;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Listen.class, this::onListen)
        .onMessage(Dial.class, this::onDial)
        .onMessage(Listeners.class, this::onListeners)
        .onMessage(ToOwners.class, this::onToOwners)
        .onMessage(DrainAll.class, this::onDrainAll)
        .onMessage(StopAll.class, this::onStopAll)
        .onMessage(ListenerGone.class, this::onListenerGone)
        .onMessage(DialerGone.class, this::onDialerGone)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onListen(Listen listen) {
    ListenRequest request = listen.request();
    String name = request.name();
    if (!stopping.isEmpty() || !draining.isEmpty()) {
      listen.promise().completeExceptionally(stopped());
    } else if (listeners.containsKey(name)) {
      listen
          .promise()
          .completeExceptionally(
              new IllegalArgumentException("name: '" + name + "' (expected: not in use)"));
    } else {
      CompletableFuture<ListenerHandle> bound = new CompletableFuture<>();
      bound.thenAccept(listen.promise()::complete);
      CompletableFuture<Done> stopped = new CompletableFuture<>();
      ActorRef<ListenerActor.Command> listener =
          getContext()
              .spawn(
                  ListenerActor.create(parts, request, listen.transport(), bound, stopped),
                  "listener-" + name);
      getContext().watchWith(listener, new ListenerGone(name));
      listeners.put(name, new Entry(listener, bound, listen.promise(), stopped));
    }
    return this;
  }

  private Behavior<Command> onListeners(Listeners ask) {
    SortedMap<String, ListenerHandle> bound = new TreeMap<>();
    for (Map.Entry<String, Entry> listener : listeners.entrySet()) {
      CompletableFuture<ListenerHandle> handle = listener.getValue().bound();
      if (handle.isDone() && !handle.isCompletedExceptionally()) {
        bound.put(listener.getKey(), handle.join());
      }
    }
    ask.promise().complete(bound);
    return this;
  }

  private Behavior<Command> onDial(Dial dial) {
    if (!stopping.isEmpty()) {
      dial.promise().completeExceptionally(stopped());
      return this;
    }
    if (dialer == null) {
      dialer = getContext().spawn(DialerActor.create(parts), "dialer");
      getContext().watchWith(dialer, DialerGone.INSTANCE);
    }
    dialer.tell(new DialerActor.Dial(dial.request(), dial.transport(), dial.promise()));
    return this;
  }

  private Behavior<Command> onToOwners(ToOwners to) {
    if (owners == null) {
      owners = getContext().spawn(OwnersActor.create(parts), "owners");
    }
    owners.tell(to.command());
    return this;
  }

  private Behavior<Command> onDrainAll(DrainAll drain) {
    draining.add(drain.promise());
    ListenerActor.Drain command = new ListenerActor.Drain(drain.request());
    listeners.values().forEach(listener -> listener.actor().tell(command));
    return completeWhenAllGone();
  }

  private Behavior<Command> onStopAll(StopAll stop) {
    stopping.add(stop.promise());
    listeners.values().forEach(listener -> listener.actor().tell(ListenerActor.Stop.INSTANCE));
    if (dialer != null) {
      dialer.tell(DialerActor.Stop.INSTANCE);
    }
    return completeWhenAllGone();
  }

  private Behavior<Command> onListenerGone(ListenerGone gone) {
    Entry listener = listeners.remove(gone.name());
    if (listener != null) {
      listener.gone();
    }
    return completeWhenAllGone();
  }

  private Behavior<Command> onDialerGone(DialerGone gone) {
    dialer = null;
    return completeWhenAllGone();
  }

  private Behavior<Command> completeWhenAllGone() {
    if (listeners.isEmpty()) {
      draining.forEach(promise -> promise.complete(Done.getInstance()));
    }
    if (listeners.isEmpty() && dialer == null) {
      stopping.forEach(promise -> promise.complete(Done.getInstance()));
    }
    return this;
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    listeners.values().forEach(Entry::gone);
    draining.forEach(promise -> promise.complete(Done.getInstance()));
    stopping.forEach(promise -> promise.complete(Done.getInstance()));
    return this;
  }

  private static SessionFailure stopped() {
    return new SessionFailure("the actor system is shutting down");
  }
}
