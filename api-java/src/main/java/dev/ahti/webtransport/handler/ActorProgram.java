package dev.ahti.webtransport.handler;

import java.util.List;
import java.util.function.Function;
import org.apache.pekko.actor.DeadLetterSuppression;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Signal;
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
    ActorRef<Object> actor =
        context.spawn(
            Behaviors.intercept(Around::new, behavior),
            "behavior",
            DispatcherSelector.sameAsParent());
    context.watch(actor);
    return new ActorProgram<>(
        actor, event -> new Told(wrap.apply(event), event instanceof SessionEvent.Ended), true);
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

  /**
   * An event on its way to an actor of ours. What comes when that has stopped is no dead letter: it
   * is what the session's end leaves.
   *
   * @param message what the actor gets, which may be the same for several events
   * @param last whether it is the end
   */
  private record Told(Object message, boolean last) implements DeadLetterSuppression {}

  /**
   * Takes events out of their envelopes, and stops the actor behind the last, which it is to see:
   * its parent would stop it before. What it throws is a failure of this actor, whatever it is.
   */
  private static final class Around<M> extends BehaviorInterceptor<Object, M> {

    Around() {
      super(Object.class);
    }

    @Override
    public Behavior<M> aroundStart(TypedActorContext<Object> context, PreStartTarget<M> target) {
      try {
        return target.start(context);
      } catch (Throwable failure) {
        throw Faults.ofActor(failure);
      }
    }

    @Override
    public Behavior<M> aroundReceive(
        TypedActorContext<Object> context, Object message, ReceiveTarget<M> target) {
      try {
        if (message instanceof Told told) {
          Behavior<M> next = target.apply(context, ofActor(told.message()));
          return told.last() ? Behaviors.stopped() : next;
        }
        return target.apply(context, ofActor(message));
      } catch (Throwable failure) {
        throw Faults.ofActor(failure);
      }
    }

    @Override
    public Behavior<M> aroundSignal(
        TypedActorContext<Object> context, Signal signal, SignalTarget<M> target) {
      try {
        return target.apply(context, signal);
      } catch (Throwable failure) {
        throw Faults.ofActor(failure);
      }
    }

    /** Whatever comes that is no envelope came through the actor's own reference. */
    @SuppressWarnings("unchecked")
    private M ofActor(Object message) {
      return (M) message;
    }
  }
}
