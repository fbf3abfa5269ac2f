package dev.ahti.engine.actor;

import dev.ahti.engine.spi.PortStats;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A send group, as the application holds it: a number for {@link
 * dev.ahti.engine.schedule.SendPriority}, and the sums of its streams. When it is not referenced
 * any more, its place is given back. Any thread.
 */
public final class SendGroupHandle {
  private final long id;
  private final ActorRef<SessionActor.Command> session;
  private final OpenCalls calls;
  private final GroupSums sums;

  SendGroupHandle(
      long id, ActorRef<SessionActor.Command> session, OpenCalls calls, GroupSums sums) {
    this.id = id;
    this.session = session;
    this.calls = calls;
    this.sums = sums;
  }

  /** Its number in the session, above zero. */
  public long id() {
    return id;
  }

  /**
   * The sums over the streams in the group, with those that ended in it; the last ones when the
   * session has ended. Fails with a {@link SessionFailure} when {@code
   * ahti.session.statistics-calls} calls for groups wait already.
   */
  public CompletableFuture<PortStats> stats() {
    CompletableFuture<PortStats> promise = calls.add();
    if (!promise.isDone()) {
      session.tell(new SessionCommand.ToGroup(id, new GroupActor.ReadStats(promise)));
    }
    return promise.handle(
        (stats, failure) -> {
          if (failure == null) {
            return stats;
          }
          if (calls.hasEnded()) {
            return sums.now();
          }
          throw new CompletionException(failure);
        });
  }

  @Override
  public String toString() {
    return "SendGroupHandle[" + id + "]";
  }
}
