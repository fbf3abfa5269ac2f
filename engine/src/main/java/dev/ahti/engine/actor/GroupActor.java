package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.PortStats;
import dev.ahti.engine.spi.StreamPort;
import java.util.LinkedHashSet;
import java.util.Set;
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
 * the latest with its session. Bounded by the open streams of the session.
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
  private final Set<StreamPort> streams = new LinkedHashSet<>();
  private PortStats ended = new PortStats(0, 0, 0, 0);
  private boolean unreferenced;

  /**
   * @param groups counts the groups there are
   */
  static Behavior<Command> create(Level groups) {
    return Behaviors.setup(context -> new GroupActor(context, groups));
  }

  private GroupActor(ActorContext<Command> context, Level groups) {
    super(context);
    this.groups = groups;
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
    // Nobody may tell any more that one has left whose sending has ended: only its sum is kept.
    if (joined.stream().ended() != null) {
      ended = sum(ended, joined.stream().stats());
    } else {
      streams.add(joined.stream());
    }
    return this;
  }

  private Behavior<Command> onLeft(Left left) {
    if (streams.remove(left.stream()) && left.ended()) {
      ended = sum(ended, left.stream().stats());
    }
    return unlessOver();
  }

  private Behavior<Command> onReadStats(ReadStats read) {
    PortStats sum = ended;
    for (StreamPort stream : streams) {
      sum = sum(sum, stream.stats());
    }
    read.reply().complete(sum);
    return this;
  }

  private Behavior<Command> onUnreferenced(Unreferenced signal) {
    unreferenced = true;
    return unlessOver();
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    groups.decrement();
    return this;
  }

  private Behavior<Command> unlessOver() {
    return unreferenced && streams.isEmpty() ? Behaviors.stopped() : this;
  }

  private static PortStats sum(PortStats one, PortStats other) {
    return new PortStats(
        one.bytesReceived() + other.bytesReceived(),
        one.bytesRead() + other.bytesRead(),
        one.bytesWritten() + other.bytesWritten(),
        one.bytesSent() + other.bytesSent());
  }
}
