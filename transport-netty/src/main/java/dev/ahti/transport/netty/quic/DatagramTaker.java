package dev.ahti.transport.netty.quic;

import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.schedule.SendScheduler;
import org.jspecify.annotations.Nullable;

/**
 * A writer of datagrams among those who take turns. Datagrams are QUIC's own: they need no credit
 * of their session, and no window but the congestion window holds them. Loop only.
 */
public abstract class DatagramTaker implements TurnTaker {
  private final StreamTurns turns;
  private final long session;
  private SendScheduler.@Nullable Entry<TurnTaker> entry;
  private boolean several;

  /**
   * For one writer.
   *
   * @param session whose datagrams they are
   */
  protected DatagramTaker(StreamTurns turns, long session) {
    this.turns = turns;
    this.session = session;
  }

  /**
   * Sends datagrams of so many bytes in all, headers included.
   *
   * @param several whether more than one may go
   * @return the bytes sent; {@link #NOTHING} when none waits, {@link #NO_ROOM} when the next one
   *     does not fit or QUIC's queue is full
   */
  protected abstract long sendUpTo(long bytes, boolean several);

  /** Called once it was served in a round of turns, whether it sent anything or not. */
  protected abstract void served();

  /** It has something to send and is served soon, in its turn. */
  public final void begin(SendPriority now) {
    SendScheduler.Entry<TurnTaker> place = entry;
    if (place == null) {
      place = turns.add(this, session, now);
      entry = place;
    } else {
      turns.move(place, now);
    }
    turns.ready(place);
  }

  /** Whether it has nothing to send. */
  protected final boolean isIdle() {
    return entry == null || !entry.isReady();
  }

  /** It gives its place up until it has something to send again. */
  public final void end() {
    SendScheduler.Entry<TurnTaker> place = entry;
    if (place != null) {
      entry = null;
      turns.remove(place);
    }
  }

  /** Whether a turn may be of several datagrams: where nobody else has anything to send. */
  final void several(boolean now) {
    several = now;
  }

  @Override
  public final long session() {
    return session;
  }

  @Override
  public final long capacity() {
    return Integer.MAX_VALUE;
  }

  @Override
  public final long writeTurn(long capacity) {
    return sendUpTo(capacity, several);
  }

  @Override
  public final boolean needsNoCredit() {
    return true;
  }

  // None is ever left with Netty.

  @Override
  public final long park() {
    return NOTHING;
  }

  @Override
  public final int parkedBytes() {
    return 0;
  }

  @Override
  public final boolean isParked() {
    return false;
  }
}
