package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.DeadLetterSuppression;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Watches actors that own something, and says when one has stopped. As many watches as there are
 * sessions that have an owner: who asked gives each back when its session is over.
 */
final class OwnersActor extends AbstractBehavior<OwnersActor.Command> {

  /** It may have stopped with its actor system when it is told something. */
  sealed interface Command extends DeadLetterSuppression {}

  /**
   * Watches an owner.
   *
   * @param key tells the watch from others
   * @param stopped run once, when the owner has stopped; must not block
   */
  record Watch(Object key, ActorRef<?> owner, Runnable stopped) implements Command {}

  /** Gives a watch back. */
  record Forget(Object key, ActorRef<?> owner) implements Command {}

  private final Level level;
  private final Map<ActorRef<?>, Map<Object, Runnable>> watches = new HashMap<>();

  static Behavior<Command> create(EngineParts parts) {
    return Behaviors.setup(
        context -> new OwnersActor(context, parts.gauges().level(Gauges.OWNERS_WATCHED)));
  }

  private OwnersActor(ActorContext<Command> context, Level level) {
    super(context);
    this.level = level;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Watch.class, this::onWatch)
        .onMessage(Forget.class, this::onForget)
        .onSignal(Terminated.class, this::onTerminated)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onWatch(Watch watch) {
    Map<Object, Runnable> ofOwner =
        watches.computeIfAbsent(
            watch.owner(),
            owner -> {
              getContext().watch(owner);
              return new LinkedHashMap<>();
            });
    if (ofOwner.put(watch.key(), watch.stopped()) == null) {
      level.increment();
    }
    return this;
  }

  private Behavior<Command> onForget(Forget forget) {
    Map<Object, Runnable> ofOwner = watches.get(forget.owner());
    if (ofOwner != null && ofOwner.remove(forget.key()) != null) {
      level.decrement();
      if (ofOwner.isEmpty()) {
        watches.remove(forget.owner());
        getContext().unwatch(forget.owner());
      }
    }
    return this;
  }

  private Behavior<Command> onTerminated(Terminated terminated) {
    Map<Object, Runnable> ofOwner = watches.remove(terminated.getRef());
    if (ofOwner != null) {
      level.add(-ofOwner.size());
      List.copyOf(ofOwner.values()).forEach(Runnable::run);
    }
    return this;
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    watches.values().forEach(ofOwner -> level.add(-ofOwner.size()));
    watches.clear();
    return this;
  }
}
