package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.PortObserver;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportEvent.RequestReceived;
import dev.ahti.engine.spi.WriteEnd;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a connection whose router decides later. Each waits until the decision comes, its
 * time is over, the client has gone away, or the connection ends; in every case but the first the
 * decision is cancelled. Used inside the connection's actor only.
 */
final class UndecidedRequests {

  /** What became of a decision. */
  sealed interface Verdict {

    /** It came. */
    record Came(Routing routing) implements Verdict {}

    /** It failed, or was none. */
    record Failed(Throwable failure) implements Verdict {}

    /** It took too long. */
    enum Overdue implements Verdict {
      INSTANCE
    }

    /** Nobody waits for it: the client has reset the request, or told us to stop. */
    enum Gone implements Verdict {
      INSTANCE
    }
  }

  /**
   * A request that waits.
   *
   * @param session whether it is for a session
   * @param then what is done with the verdict
   * @param dropped what is done when the connection has no use for it any more
   */
  record Waiting(
      RequestReceived request, boolean session, Consumer<Verdict> then, Runnable dropped) {}

  private record Entry(Waiting waiting, CompletionStage<?> decision, Cancellable alarm) {}

  private final ConnectionScope scope;
  private final EngineSettings.Connection settings;
  private final Level level;
  private final Map<Long, Entry> entries = new LinkedHashMap<>();
  private long serials;
  private int sessions;

  UndecidedRequests(ConnectionScope scope) {
    this.scope = scope;
    this.settings = scope.parts().settings().connection();
    this.level = scope.parts().gauges().level(Gauges.REQUESTS_UNDECIDED);
  }

  /** How many of them are for sessions. */
  int sessions() {
    return sessions;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /**
   * Waits for a decision; whoever asked hears of it by {@link ConnectionActor.Decided}.
   *
   * @return whether there was room
   */
  boolean hold(Waiting waiting, CompletionStage<? extends Routing> decision) {
    if (entries.size() == settings.undecidedRequests()) {
      cancel(decision);
      return false;
    }
    long serial = ++serials;
    ActorRef<ConnectionActor.Command> self = scope.self();
    Cancellable alarm =
        scope
            .context()
            .scheduleOnce(
                settings.decisionTimeout(),
                self,
                new ConnectionActor.Decided(serial, Verdict.Overdue.INSTANCE));
    entries.put(serial, new Entry(waiting, decision, alarm));
    sessions += waiting.session() ? 1 : 0;
    level.increment();
    watch(waiting.request().body(), serial);
    decision.whenCompleteAsync(
        (routing, failure) ->
            self.tell(new ConnectionActor.Decided(serial, verdict(routing, failure))),
        Runnable::run);
    return true;
  }

  private static Verdict verdict(@Nullable Routing routing, @Nullable Throwable failure) {
    if (failure != null) {
      return new Verdict.Failed(failure);
    }
    return routing == null
        ? new Verdict.Failed(new NullPointerException("the decision is null"))
        : new Verdict.Came(routing);
  }

  /** A client's reset is seen only by who is ready to read. */
  private void watch(StreamPort body, long serial) {
    body.observe(new Leaving(serial, scope.self()));
    if (!body.finished()) {
      body.request(scope.parts().settings().session().connectReadAhead());
    }
  }

  /** A decision, or what came in its place; one that nobody waits for any more changes nothing. */
  void decided(ConnectionActor.Decided decided) {
    Entry entry = remove(decided.serial());
    if (entry == null) {
      return;
    }
    if (decided.verdict() instanceof Verdict.Overdue) {
      scope.parts().gauges().counter(Gauges.REQUESTS_DECISIONS_OVERDUE).increment();
    }
    if (!(decided.verdict() instanceof Verdict.Came)) {
      cancel(entry.decision());
    }
    entry.waiting().then().accept(decided.verdict());
  }

  /**
   * Gives up what waits.
   *
   * @param sessionsOnly whether only those that are for sessions
   */
  void drop(boolean sessionsOnly) {
    for (Long serial : List.copyOf(entries.keySet())) {
      Entry entry = entries.get(serial);
      if (entry != null && (entry.waiting().session() || !sessionsOnly)) {
        remove(serial);
        cancel(entry.decision());
        entry.waiting().dropped().run();
      }
    }
  }

  private @Nullable Entry remove(long serial) {
    Entry entry = entries.remove(serial);
    if (entry != null) {
      entry.alarm().cancel();
      sessions -= entry.waiting().session() ? 1 : 0;
      level.decrement();
    }
    return entry;
  }

  /** Tells who decides that nobody waits, as far as the stage lets us. */
  static void cancel(CompletionStage<?> decision) {
    try {
      decision.toCompletableFuture().cancel(true);
    } catch (UnsupportedOperationException e) {
      // A stage that cannot be cancelled from outside goes on for nobody.
    }
  }

  /** Hears that the client does not want the answer. */
  private record Leaving(long serial, ActorRef<ConnectionActor.Command> connection)
      implements PortObserver {

    @Override
    public void onReadEnd(Inbound end) {
      // The end of the request is no end of the wish for an answer.
      if (!(end instanceof Inbound.Fin)) {
        leave();
      }
    }

    @Override
    public void onWriteEnd(WriteEnd end) {
      leave();
    }

    private void leave() {
      connection.tell(new ConnectionActor.Decided(serial, Verdict.Gone.INSTANCE));
    }
  }
}
