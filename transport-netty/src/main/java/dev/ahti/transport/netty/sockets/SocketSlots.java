package dev.ahti.transport.netty.sockets;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import java.util.concurrent.atomic.AtomicInteger;

/** The bound of the sockets that are open, or being opened. Any thread. */
final class SocketSlots {
  private final int most;
  private final AtomicInteger taken = new AtomicInteger();
  private final Level open;
  private final Counter refused;

  SocketSlots(int most, GaugeRegistry gauges) {
    this.most = most;
    this.open = gauges.level(Gauges.DIRECT_SOCKETS);
    this.refused = gauges.counter(Gauges.DIRECT_SOCKETS_REFUSED);
  }

  /** Takes one, unless there is none. */
  boolean take() {
    if (taken.incrementAndGet() > most) {
      taken.decrementAndGet();
      refused.increment();
      return false;
    }
    open.increment();
    return true;
  }

  /** Gives one back. */
  void giveBack() {
    taken.decrementAndGet();
    open.decrement();
  }

  /** Names the limit. */
  String full() {
    return "sockets that are open: " + most + " (the limit, ahti.netty.sockets.max-open)";
  }
}
