package dev.ahti.engine.spi;

import dev.ahti.engine.schedule.DatagramOutcome;
import dev.ahti.engine.schedule.DatagramPolicy;
import dev.ahti.engine.schedule.DatagramQueue;
import dev.ahti.engine.schedule.DatagramTurns;
import dev.ahti.engine.schedule.QueuedDatagram;
import dev.ahti.engine.schedule.SendPriority;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams of a session that wait to be sent: a queue for each writer, and whose turn it is.
 * Producers add on any thread, the loop takes, so there is a lock; no code of others runs under it.
 */
final class OutgoingDatagrams {

  /** What is known of the transport; any thread. */
  interface Transport {
    long now();

    int maxSize();

    /** There is something to send. */
    void requestSend();

    @Nullable String ended();
  }

  /** A datagram and whose it is. */
  static final class Outgoing extends QueuedDatagram {
    private final Writer writer;

    /** It was taken while several had something to send. */
    private boolean shared;

    Outgoing(
        Writer writer,
        ByteString payload,
        @Nullable Object key,
        long since,
        @Nullable Consumer<DatagramOutcome> listener) {
      super(payload, key, since, listener);
      this.writer = writer;
    }
  }

  private record Gone(Outgoing datagram, DatagramOutcome why) {}

  private static final Runnable NOBODY = () -> {};

  private final DatagramGauges gauges;
  private final Transport transport;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong oversized = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final Object lock = new Object();

  // Guarded by the lock.
  private DatagramLimits limits;
  private final DatagramTurns<Writer> turns = new DatagramTurns<>();
  private final Set<Writer> wakeable = new LinkedHashSet<>();
  private final Set<Writer> waiting = new LinkedHashSet<>();
  private List<Gone> gone = new ArrayList<>();

  /** Writers with a queue that was not empty when it was looked at last. */
  private int active;

  /** The only such writer, as long as it has been the only one: then nobody takes turns. */
  private @Nullable Writer only;

  private int total;
  private long dropped;
  private long expired;
  private boolean closed;

  OutgoingDatagrams(DatagramGauges gauges, DatagramLimits limits, Transport transport) {
    this.gauges = gauges;
    this.limits = limits;
    this.transport = transport;
  }

  DatagramWriter newWriter() {
    synchronized (lock) {
      return new Writer(limits);
    }
  }

  /** Sets the bounds: the number for what is offered from now on, the age for what waits too. */
  void limits(DatagramLimits newLimits) {
    synchronized (lock) {
      limits = newLimits;
      forEachActive(Writer::limit);
    }
  }

  // The loop's side.

  /** Takes the next one. */
  @Nullable Outgoing next() {
    Outgoing next = null;
    List<Gone> toTell;
    synchronized (lock) {
      while (active > 0 && next == null) {
        Writer writer = only != null ? only : turns.next();
        if (writer == null) {
          break;
        }
        next = writer.queue.poll(transport.now());
        if (next == null) {
          deactivate(writer);
        } else {
          next.shared = only == null;
          left(1);
        }
      }
      toTell = takeGone();
    }
    tell(toTell);
    return next;
  }

  /** Takes the next one of one writer; those who take turns are the caller's affair. */
  @Nullable Outgoing next(DatagramWriter from) {
    Writer writer = (Writer) from;
    Outgoing next;
    List<Gone> toTell;
    synchronized (lock) {
      next = writer.queue.poll(transport.now());
      if (next != null) {
        left(1);
      } else if (writer.active) {
        deactivate(writer);
      }
      toTell = takeGone();
    }
    tell(toTell);
    return next;
  }

  /** Calls for each writer with something to send. The action runs under the lock. */
  void eachWaiting(BiConsumer<DatagramWriter, SendPriority> action) {
    synchronized (lock) {
      forEachActive(writer -> action.accept(writer, writer.priority));
    }
  }

  /** The one that was taken last cannot be sent yet. */
  void putBack(Outgoing datagram) {
    List<Gone> toTell;
    synchronized (lock) {
      total++;
      gauges.waitingOutgoing().increment();
      datagram.writer.queue.putBack(datagram);
      toTell = takeGone();
    }
    tell(toTell);
  }

  /** What became of one that was taken. */
  void settled(Outgoing datagram, DatagramOutcome outcome) {
    switch (outcome) {
      case SENT -> {
        sent.incrementAndGet();
        gauges.sent().increment();
        if (datagram.shared) {
          synchronized (lock) {
            Writer writer = datagram.writer;
            turns.sent(writer, writer.priority, datagram.payload().length());
          }
        }
      }
      case TOO_LARGE -> tooLarge();
      case DROPPED, EXPIRED -> {
        refused.incrementAndGet();
        gauges.droppedOutgoing().increment();
      }
    }
    datagram.tell(outcome);
  }

  /** Whether nothing waits. */
  boolean isEmpty() {
    synchronized (lock) {
      return total == 0;
    }
  }

  /** Drops what is overdue. */
  void expire() {
    List<Gone> toTell;
    synchronized (lock) {
      long now = transport.now();
      forEachActive(writer -> writer.queue.expire(now));
      toTell = takeGone();
    }
    tell(toTell);
  }

  /** How long until the next one is overdue; {@code Long.MAX_VALUE} when none will be. */
  long untilExpiry() {
    synchronized (lock) {
      long now = transport.now();
      long[] soonest = {Long.MAX_VALUE};
      forEachActive(writer -> soonest[0] = Math.min(soonest[0], writer.queue.untilExpiry(now)));
      return soonest[0];
    }
  }

  /** Whom to wake as there is room again. */
  List<Runnable> wakes() {
    synchronized (lock) {
      if (waiting.isEmpty()) {
        return List.of();
      }
      List<Runnable> wakes = new ArrayList<>();
      for (Iterator<Writer> each = waiting.iterator(); each.hasNext(); ) {
        Writer writer = each.next();
        if (writer.queue.isAtMostHalfFull()) {
          each.remove();
          wakes.add(writer.wake);
        }
      }
      return wakes;
    }
  }

  /** Drops what waits, and what comes from now on; whom to wake. */
  List<Runnable> close() {
    List<Runnable> wakes = new ArrayList<>();
    List<Gone> toTell;
    synchronized (lock) {
      closed = true;
      forEachActive(writer -> writer.queue.clear());
      wakeable.forEach(writer -> wakes.add(writer.wake));
      waiting.clear();
      toTell = takeGone();
    }
    tell(toTell);
    return wakes;
  }

  /** What was counted, with what is overdue by now. */
  DatagramStats stats() {
    expire();
    synchronized (lock) {
      return new DatagramStats(
          0, 0, sent.get(), dropped + refused.get(), oversized.get(), 0, expired);
    }
  }

  // Under the lock.

  private void forEachActive(Consumer<Writer> action) {
    if (only != null) {
      action.accept(only);
    } else {
      turns.forEach(action);
    }
  }

  private void activate(Writer writer) {
    if (writer.active) {
      return;
    }
    writer.active = true;
    if (active++ == 0) {
      only = writer;
      return;
    }
    if (only != null) {
      turns.add(only, only.priority);
      only = null;
    }
    turns.add(writer, writer.priority);
  }

  private void deactivate(Writer writer) {
    writer.active = false;
    active--;
    if (only == writer) {
      only = null;
    } else {
      turns.remove(writer, writer.priority);
    }
  }

  private void left(int count) {
    total -= count;
    gauges.waitingOutgoing().add(-count);
  }

  private void discarded(Outgoing datagram, DatagramOutcome why) {
    left(1);
    if (why == DatagramOutcome.EXPIRED) {
      expired++;
      gauges.expiredOutgoing().increment();
    } else {
      dropped++;
      gauges.droppedOutgoing().increment();
    }
    if (datagram.hasListener()) {
      gone.add(new Gone(datagram, why));
    }
  }

  private List<Gone> takeGone() {
    if (gone.isEmpty()) {
      return List.of();
    }
    List<Gone> taken = gone;
    gone = new ArrayList<>();
    return taken;
  }

  // Not under the lock.

  private static void tell(List<Gone> gone) {
    for (Gone each : gone) {
      each.datagram().tell(each.why());
    }
  }

  private void tooLarge() {
    oversized.incrementAndGet();
    gauges.droppedOutgoing().increment();
  }

  private final class Writer implements DatagramWriter {
    private final DatagramQueue<Outgoing> queue;
    private volatile DatagramPolicy policy = DatagramPolicy.DROP_OLDEST;

    // Guarded by the lock.
    private SendPriority priority = SendPriority.DEFAULT;
    private Runnable wake = NOBODY;
    private boolean active;

    Writer(DatagramLimits limits) {
      queue =
          new DatagramQueue<>(
              limits.maxBuffered(), limits.maxAge(), OutgoingDatagrams.this::discarded);
    }

    private void limit() {
      queue.maxBuffered(limits.maxBuffered());
      queue.maxAge(limits.maxAge());
    }

    @Override
    public void onWritable(Runnable newWake) {
      synchronized (lock) {
        wake = newWake;
        wakeable.add(this);
      }
    }

    @Override
    public void leave() {
      synchronized (lock) {
        wake = NOBODY;
        wakeable.remove(this);
        waiting.remove(this);
      }
    }

    @Override
    public boolean offer(
        ByteString payload, long age, @Nullable Consumer<DatagramOutcome> listener) {
      boolean fits = payload.length() <= transport.maxSize();
      DatagramPolicy current = policy;
      Object key = fits ? current.key(payload) : null;
      boolean more;
      List<Gone> toTell;
      DatagramOutcome refusal = null;
      synchronized (lock) {
        limit();
        if (closed) {
          refusal = DatagramOutcome.DROPPED;
        } else if (fits) {
          long now = transport.now();
          add(new Outgoing(this, payload, key, now - age, listener), current, now);
        } else {
          refusal = DatagramOutcome.TOO_LARGE;
          tooLarge();
        }
        more = !closed && queue.hasRoom();
        if (!more && !closed) {
          waiting.add(this);
        }
        toTell = takeGone();
      }
      if (refusal != null && listener != null) {
        listener.accept(refusal);
      }
      tell(toTell);
      // Also for what is too large now: the path is measured then.
      transport.requestSend();
      return more;
    }

    private void add(Outgoing datagram, DatagramPolicy current, long now) {
      if (!queue.hasRoom()) {
        queue.expire(now);
      }
      gauges.waitingOutgoing().increment();
      if (total++ >= limits.maxTotal()) {
        queue.addWithoutRoom(datagram, current);
      } else {
        queue.add(datagram, current);
      }
      if (queue.size() > 0) {
        activate(this);
      }
    }

    @Override
    public void priority(SendPriority newPriority) {
      boolean waits;
      synchronized (lock) {
        waits = active;
        boolean taking = active && only != this;
        if (taking) {
          turns.remove(this, priority);
        }
        priority = newPriority;
        if (taking) {
          turns.add(this, priority);
        }
      }
      if (waits) {
        transport.requestSend();
      }
    }

    @Override
    public void policy(DatagramPolicy newPolicy) {
      policy = newPolicy;
    }

    @Override
    public int room() {
      synchronized (lock) {
        limit();
        int room = queue.room();
        if (room < 1 && !closed) {
          waiting.add(this);
        }
        return room;
      }
    }

    @Override
    public void discard() {
      List<Gone> toTell;
      synchronized (lock) {
        queue.clear();
        toTell = takeGone();
      }
      tell(toTell);
      // Somebody may wait until nothing does.
      transport.requestSend();
    }

    @Override
    public @Nullable String ended() {
      return transport.ended();
    }
  }
}
