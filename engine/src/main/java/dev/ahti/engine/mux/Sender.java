package dev.ahti.engine.mux;

import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.schedule.SendScheduler;
import org.jspecify.annotations.Nullable;

/** One who takes turns in sending: a stream, or a sender of datagrams. */
abstract sealed class Sender permits MuxStream, DatagramSender {
  private SendPriority priority;
  private SendScheduler.@Nullable Entry<Sender> place;

  Sender(SendPriority priority) {
    this.priority = priority;
  }

  /** Whether it has something to send for which it needs no window. */
  abstract boolean needsNoCredit();

  /** It has something to send. */
  final SendScheduler.Entry<Sender> ready(SendScheduler<Sender> scheduler) {
    SendScheduler.Entry<Sender> entry = place;
    if (entry == null) {
      entry = scheduler.add(this, MuxSender.SESSION, priority);
      place = entry;
    }
    scheduler.ready(entry);
    return entry;
  }

  /** It stands elsewhere from now on. */
  final void move(SendScheduler<Sender> scheduler, SendPriority to) {
    priority = to;
    if (place != null) {
      scheduler.move(place, to);
    }
  }

  /** It will send nothing any more. */
  final void leave(SendScheduler<Sender> scheduler) {
    if (place != null) {
      scheduler.remove(place);
      place = null;
    }
  }

  final SendScheduler.@Nullable Entry<Sender> place() {
    return place;
  }
}
