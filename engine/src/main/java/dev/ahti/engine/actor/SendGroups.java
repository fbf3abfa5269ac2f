package dev.ahti.engine.actor;

import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.StreamPort;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * The send groups of a session: numbers them, bounds them, and passes on to their actors. The
 * session's actor spawns those; {@link #create} may be called on any thread.
 *
 * <p>A group that nobody holds any more gives its place back: an application may make one for each
 * thing it sends.
 */
final class SendGroups {
  private static final DispatcherSelector SAME_LOOP = DispatcherSelector.sameAsParent();
  private static final Cleaner CLEANER =
      Cleaner.create(
          task -> {
            Thread thread = new Thread(task, "ahti-send-groups");
            thread.setDaemon(true);
            return thread;
          });

  private final int capacity;
  private final Level level;
  private final OpenCalls calls;
  private final AtomicLong last = new AtomicLong();
  private final AtomicInteger held = new AtomicInteger();

  /**
   * @param settings the session's
   * @param level counts the groups
   * @param calls the calls for statistics of groups
   */
  SendGroups(EngineSettings.Session settings, Level level, OpenCalls calls) {
    this.capacity = settings.sendGroups();
    this.level = level;
    this.calls = calls;
  }

  /** A new group; the session's actor hears of it. */
  SendGroupHandle create(ActorRef<SessionActor.Command> session) {
    if (held.incrementAndGet() > capacity) {
      held.decrementAndGet();
      throw new SessionFailure(
          "send groups: " + capacity + " are in use (the limit, ahti.session.send-groups)");
    }
    long id = last.incrementAndGet();
    GroupSums sums = new GroupSums();
    session.tell(new SessionCommand.MakeGroup(id, sums));
    SendGroupHandle handle = new SendGroupHandle(id, session, calls, sums);
    AtomicInteger places = held;
    CLEANER.register(
        handle,
        () -> {
          places.decrementAndGet();
          session.tell(new SessionCommand.ToGroup(id, GroupActor.Unreferenced.INSTANCE));
        });
    return handle;
  }

  // The session's actor only.

  /** Makes the group. */
  void make(ActorContext<SessionActor.Command> context, long group, GroupSums sums) {
    context.spawn(GroupActor.create(level, sums), name(group), SAME_LOOP);
  }

  /** Passes a message on. A group that is gone hears nothing. */
  static void to(
      ActorContext<SessionActor.Command> context, long group, GroupActor.Command command) {
    context
        .getChild(name(group))
        .ifPresent(child -> child.<GroupActor.Command>unsafeUpcast().tell(command));
  }

  private static String name(long group) {
    return "group-" + group;
  }

  /** Tells both groups that a stream changed from one to the other; 0 is none that has an actor. */
  static void changed(
      ActorRef<SessionActor.Command> session, StreamPort stream, long from, long to) {
    if (from != 0) {
      session.tell(new SessionCommand.ToGroup(from, new GroupActor.Left(stream, false)));
    }
    if (to != 0) {
      session.tell(new SessionCommand.ToGroup(to, new GroupActor.Joined(stream)));
    }
  }

  /** Tells the group that a stream has ended in it. */
  static void ended(ActorRef<SessionActor.Command> session, StreamPort stream, long group) {
    if (group != 0) {
      session.tell(new SessionCommand.ToGroup(group, new GroupActor.Left(stream, true)));
    }
  }
}
