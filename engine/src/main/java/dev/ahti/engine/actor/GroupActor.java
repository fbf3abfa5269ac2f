package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.PortStats;
import dev.ahti.engine.spi.StreamPort;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.DeadLetterSuppression;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * One send group of a session: knows which streams are in it and adds their statistics up. Who
 * sends when is decided where bytes are written, by the group's number.
 *
 * <p>What a stream sent while it was here stays in the sums when it ends, and goes with it when it
 * changes to another group. The actor stops when nobody holds the group and no stream is in it, at
 * the latest with its session. What it knew is kept in its {@link GroupSums}.
 */
final class GroupActor extends AbstractBehavior<GroupActor.Command> {

  /** A group may have stopped with its session when it is told something. */
  sealed interface Command extends DeadLetterSuppression {}

  /** A stream is in the group from now on. */
  record Joined(StreamPort stream) implements Command {}

  /** A stream is not in the group any more: it has ended, or is in another one. */
  record Left(StreamPort stream, boolean ended) implements Command {}

  /** Somebody waits for the sums. */
  record ReadStats(CompletableFuture<PortStats> reply) implements Command {}

  /** Nobody can put a stream into the group any more. */
  enum Unreferenced implements Command {
    INSTANCE
  }

  private final Level groups;
  private final GroupSums sums;
  private boolean unreferenced;

  /**
   * @param groups counts the groups there are
   * @param sums what it keeps, and whoever holds the group may read when it has stopped
   */
  static Behavior<Command> create(Level groups, GroupSums sums) {
    return Behaviors.setup(context -> new GroupActor(context, groups, sums));
  }

  private GroupActor(ActorContext<Command> context, Level groups, GroupSums sums) {
    super(context);
    this.groups = groups;
    this.sums = sums;
    groups.increment();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Joined.class, this::onJoined)
        .onMessage(Left.class, this::onLeft)
        .onMessage(ReadStats.class, this::onReadStats)
        .onMessage(Unreferenced.class, this::onUnreferenced)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onJoined(Joined joined) {
    sums.joined(joined.stream());
    return this;
  }

  private Behavior<Command> onLeft(Left left) {
    sums.left(left.stream(), left.ended());
    return unlessOver();
  }

  private Behavior<Command> onReadStats(ReadStats read) {
    read.reply().complete(sums.now());
    return this;
  }

  private Behavior<Command> onUnreferenced(Unreferenced signal) {
    unreferenced = true;
    return unlessOver();
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    sums.end();
    groups.decrement();
    return this;
  }

  private Behavior<Command> unlessOver() {
    return unreferenced && sums.isEmpty() ? Behaviors.stopped() : this;
  }
}
