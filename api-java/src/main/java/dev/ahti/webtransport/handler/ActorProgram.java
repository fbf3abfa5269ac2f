package dev.ahti.webtransport.handler;

import java.util.List;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Tells the events to an actor: one that is made for the session, below its host, or one of the
 * application. The host watches it, and ends the session with it.
 */
final class ActorProgram<M> implements Program {
  private final ActorRef<M> actor;
  private final Function<SessionEvent, M> wrap;
  private final boolean ours;

  private ActorProgram(ActorRef<M> actor, Function<SessionEvent, M> wrap, boolean ours) {
    this.actor = actor;
    this.wrap = wrap;
    this.ours = ours;
  }

  /** An actor for the session alone. */
  static <M> Program spawn(
      ActorContext<SessionMessage> context, Behavior<M> behavior, Function<SessionEvent, M> wrap) {
    UntilEnd<M> last = new UntilEnd<>();
    ActorRef<M> actor =
        context.spawn(
            Behaviors.intercept(() -> last, behavior),
            "behavior",
            DispatcherSelector.sameAsParent());
    context.watch(actor);
    return new ActorProgram<>(actor, event -> last.note(event, wrap.apply(event)), true);
  }

  /** An actor that lives elsewhere. */
  static Program forward(ActorContext<SessionMessage> context, ActorRef<SessionEvent> to) {
    context.watch(to);
    return new ActorProgram<>(to, event -> event, false);
  }

  @Override
  public List<SessionCommand> on(SessionEvent event) {
    actor.tell(wrap.apply(event));
    return List.of();
  }

  @Override
  public boolean acknowledges() {
    return true;
  }

  @Override
  public boolean outlivesEvents() {
    return ours;
  }

  /** Stops the actor behind the last event, which it is to see: its parent would stop it before. */
  private static final class UntilEnd<M> extends BehaviorInterceptor<M, M> {
    private volatile Object last = this;

    @SuppressWarnings("unchecked")
    UntilEnd() {
      // Whatever class it is: all that the actor gets.
      super((Class<M>) Object.class);
    }

    M note(SessionEvent event, M message) {
      if (event instanceof SessionEvent.Ended) {
        last = message;
      }
      return message;
    }

    @Override
    public Behavior<M> aroundReceive(
        TypedActorContext<M> context, M message, ReceiveTarget<M> target) {
      Behavior<M> next = target.apply(context, message);
      return message == last ? Behaviors.stopped() : next;
    }
  }
}
