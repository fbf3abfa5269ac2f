package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.schedule.DatagramPolicy;
import dev.ahti.engine.schedule.DatagramQueue;
import dev.ahti.engine.schedule.QueuedDatagram;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.spi.DatagramLimits;
import dev.ahti.engine.spi.DatagramWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A datagram writer from before its session is there: what is offered waits within the bounds of
 * outgoing datagrams, by age, number and policy; once the session is there it is sent, its age
 * included, and all is passed on. When there will be no session it has ended.
 *
 * <p>A sink that waits for its session would not do: it would be made with the first element only,
 * so that neither an empty upstream nor a failed session would ever be told.
 */
final class LaterDatagramWriter implements DatagramWriter {

  private record Gone(QueuedDatagram datagram, DatagramOutcome why) {}

  private final EarlyDatagrams early;
  private volatile @Nullable DatagramWriter writer;
  private volatile @Nullable String failed;

  // Guarded by this: what waits, who is woken, and what the writer to come is told first.
  private final DatagramQueue<QueuedDatagram> queue;
  private final List<Gone> gone = new ArrayList<>();
  private @Nullable Runnable wake;
  private boolean waiting;
  private DatagramPolicy policy = DatagramPolicy.DROP_OLDEST;
  private SendPriority priority = SendPriority.DEFAULT;

  /**
   * For a session that may be there already.
   *
   * @param early what the session's writers share until then
   */
  LaterDatagramWriter(CompletableFuture<SessionHandle> established, EarlyDatagrams early) {
    this.early = early;
    DatagramLimits first = early.limits();
    this.queue = new DatagramQueue<>(first.maxBuffered(), first.maxAge(), this::discarded);
    established.whenCompleteAsync(this::settled, Runnable::run);
  }

  @Override
  public void onWritable(Runnable newWake) {
    synchronized (this) {
      wake = newWake;
      DatagramWriter present = writer;
      if (present != null) {
        present.onWritable(newWake);
      }
    }
  }

  @Override
  public void leave() {
    synchronized (this) {
      wake = null;
      waiting = false;
      DatagramWriter present = writer;
      if (present != null) {
        present.leave();
      }
    }
  }

  @Override
  public boolean offer(ByteString payload, long age, @Nullable Consumer<DatagramOutcome> outcome) {
    DatagramWriter present = writer;
    if (present != null) {
      return present.offer(payload, age, outcome);
    }
    DatagramPolicy current = policyNow();
    Object key = current.key(payload);
    boolean more;
    boolean refused;
    List<Gone> toTell;
    synchronized (this) {
      present = writer;
      refused = present == null && failed != null;
      if (present == null && !refused) {
        long now = early.now();
        limit(now);
        add(new QueuedDatagram(payload, key, now - age, outcome), current);
        waits(now);
      }
      more = queue.hasRoom() && !refused;
      waiting = !more;
      toTell = takeGone();
    }
    tell(toTell);
    if (present != null) {
      return present.offer(payload, age, outcome);
    }
    if (refused && outcome != null) {
      outcome.accept(DatagramOutcome.DROPPED);
    }
    return more;
  }

  private void add(QueuedDatagram datagram, DatagramPolicy current) {
    if (early.enter()) {
      queue.add(datagram, current);
    } else {
      queue.addWithoutRoom(datagram, current);
    }
  }

  @Override
  public void priority(SendPriority newPriority) {
    synchronized (this) {
      priority = newPriority;
      DatagramWriter present = writer;
      if (present != null) {
        present.priority(newPriority);
      }
    }
  }

  @Override
  public void policy(DatagramPolicy newPolicy) {
    synchronized (this) {
      policy = newPolicy;
      DatagramWriter present = writer;
      if (present != null) {
        present.policy(newPolicy);
      }
    }
  }

  private synchronized DatagramPolicy policyNow() {
    return policy;
  }

  @Override
  public int room() {
    List<Gone> toTell;
    int room;
    synchronized (this) {
      DatagramWriter present = writer;
      if (present != null) {
        return present.room();
      }
      limit(early.now());
      room = queue.room();
      waiting |= room < 1;
      toTell = takeGone();
    }
    tell(toTell);
    return room;
  }

  @Override
  public void discard() {
    List<Gone> toTell;
    DatagramWriter present;
    synchronized (this) {
      queue.clear();
      early.over(this);
      toTell = takeGone();
      present = writer;
    }
    tell(toTell);
    if (present != null) {
      present.discard();
    }
  }

  @Override
  public @Nullable String ended() {
    DatagramWriter present = writer;
    return present == null ? failed : present.ended();
  }

  /** Drops what is overdue by now; who waits for room hears of it. */
  void expire() {
    Runnable toWake = null;
    List<Gone> toTell;
    synchronized (this) {
      if (writer == null) {
        long now = early.now();
        limit(now);
        waits(now);
        if (waiting && queue.isAtMostHalfFull()) {
          waiting = false;
          toWake = wake;
        }
      }
      toTell = takeGone();
    }
    tell(toTell);
    if (toWake != null) {
      toWake.run();
    }
  }

  private void waits(long now) {
    if (queue.size() > 0) {
      early.waits(this, queue.untilExpiry(now));
    } else {
      early.over(this);
    }
  }

  private void discarded(QueuedDatagram datagram, DatagramOutcome why) {
    early.discarded(why);
    gone.add(new Gone(datagram, why));
  }

  private void limit(long now) {
    DatagramLimits current = early.limits();
    queue.maxBuffered(current.maxBuffered());
    queue.maxAge(current.maxAge());
    queue.expire(now);
  }

  private List<Gone> takeGone() {
    if (gone.isEmpty()) {
      return List.of();
    }
    List<Gone> taken = List.copyOf(gone);
    gone.clear();
    return taken;
  }

  private static void tell(List<Gone> gone) {
    gone.forEach(each -> each.datagram().tell(each.why()));
  }

  private void settled(@Nullable SessionHandle session, @Nullable Throwable failure) {
    Runnable toWake = null;
    List<Gone> toTell;
    synchronized (this) {
      limit(early.now());
      if (session == null) {
        failed = "the session was not established";
        queue.clear();
        toWake = wake;
      } else {
        DatagramWriter made = session.newDatagramWriter();
        if (handOver(made) && waiting) {
          toWake = wake;
        }
        writer = made;
      }
      early.over(this);
      toTell = takeGone();
    }
    tell(toTell);
    if (toWake != null) {
      toWake.run();
    }
  }

  /** Whether more may be offered at once; else its own wake-up is armed now. */
  private boolean handOver(DatagramWriter made) {
    made.policy(policy);
    made.priority(priority);
    if (wake != null) {
      made.onWritable(wake);
    }
    long now = early.now();
    boolean more = true;
    QueuedDatagram next;
    while ((next = queue.poll(now)) != null) {
      early.leave();
      more = made.offer(next.payload(), now - next.since(), next::tell);
    }
    return more;
  }
}
