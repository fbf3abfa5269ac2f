package dev.ahti.transport.netty.quic;

import dev.ahti.engine.schedule.SendScheduler;
import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.transport.netty.loop.NettyLoop;
import org.jspecify.annotations.Nullable;

/** A session's own limit (WT_MAX_DATA), which its streams meet together. Loop only. */
final class SessionLimit implements SessionFlow.Sender {
  private final NettyLoop loop;
  private final SendScheduler<TurnTaker> scheduler;
  private final Runnable request;
  private final long session;
  private final SessionFlow flow;
  private int streams;
  private boolean reached;
  private SendScheduler.@Nullable Entry<TurnTaker> last;
  private int shown;
  private long progress;

  /**
   * @param request asks for a turn of the connection, as there is credit again
   */
  SessionLimit(
      NettyLoop loop,
      SendScheduler<TurnTaker> scheduler,
      Runnable request,
      long session,
      SessionFlow flow) {
    this.loop = loop;
    this.scheduler = scheduler;
    this.request = request;
    this.session = session;
    this.flow = flow;
  }

  /** How many of these bytes may be written now. */
  long credit(long wanted) {
    return flow.credit(this, wanted);
  }

  /** Whether there is credit for so many bytes at once; nobody waits for it. */
  boolean hasCreditFor(long bytes) {
    if (reached) {
      return false;
    }
    long credit = flow.credit(this, bytes);
    if (credit == 0) {
      flow.leave(this);
    }
    return credit >= bytes;
  }

  /** They were written, or will be. */
  void sent(SendScheduler.@Nullable Entry<TurnTaker> by, long bytes) {
    last = by;
    progress = loop.nanoTime();
    flow.sent(this, bytes);
  }

  @Override
  public void creditAvailable() {
    raised();
  }

  /** When something was sent last, on the loop's clock. */
  long progress() {
    return progress;
  }

  boolean isReached() {
    return reached;
  }

  /** One of its streams got no credit: all of them wait from now on. */
  void reached() {
    reached = true;
    if (last != null) {
      // However little the peer grants at a time, it is another one's turn then.
      scheduler.endTurn(last);
      last = null;
    }
    scheduler.hold(session);
  }

  /** Tells how many streams wait for the limit to be raised. */
  void show() {
    int now = scheduler.heldIn(session);
    if (now != shown) {
      flow.waiting(now - shown);
      shown = now;
    }
  }

  private void raised() {
    if (reached) {
      reached = false;
      scheduler.release(session);
      show();
      request.run();
    }
  }

  /** One more stream meets it. */
  void joined() {
    streams++;
  }

  /** Who has sent last is not there any more, if it was this one. */
  void forget(SendScheduler.Entry<TurnTaker> ended) {
    if (last == ended) {
      last = null;
    }
  }

  /**
   * One of its streams has ended. When it was the one that asked, the next one has to.
   *
   * @return whether it was the last
   */
  boolean left() {
    raised();
    if (--streams > 0) {
      return false;
    }
    flow.leave(this);
    return true;
  }
}
