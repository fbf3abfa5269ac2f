package dev.ahti.transport.netty.sockets;

import dev.ahti.engine.gauge.Counter;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.spi.UdpPacket;
import dev.ahti.transport.netty.loop.NettyLoop;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Messages that came and wait for their consumer: so many, and so many bytes of them; the oldest
 * makes room for the newest. The loop adds, the consumer takes on any thread, so there is a lock;
 * no code of others runs under it.
 */
final class UdpQueue {
  private final int mostMessages;
  private final long mostBytes;
  private final Level waiting;
  private final Counter dropped;
  // Guarded by this.
  private final ArrayDeque<UdpPacket> queue = new ArrayDeque<>();
  private Runnable wake = () -> {};
  private boolean armed;
  private boolean closed;
  private long bytes;

  UdpQueue(SocketLimits limits, GaugeRegistry gauges) {
    this.mostMessages = limits.udpMessages();
    this.mostBytes = limits.udpBytes();
    this.waiting = gauges.level(Gauges.DIRECT_SOCKETS_MESSAGES);
    this.dropped = gauges.counter(Gauges.DIRECT_SOCKETS_MESSAGES_DROPPED);
  }

  synchronized void onReadable(Runnable newWake) {
    wake = newWake;
  }

  /** One came; loop only. */
  void add(UdpPacket packet) {
    Runnable who;
    synchronized (this) {
      if (closed) {
        return;
      }
      int length = packet.data().length();
      while (!queue.isEmpty() && (queue.size() >= mostMessages || bytes + length > mostBytes)) {
        take();
        dropped.increment();
      }
      queue.add(packet);
      waiting.increment();
      bytes += length;
      if (!armed) {
        return;
      }
      armed = false;
      who = wake;
    }
    NettyLoop.guarded(who);
  }

  synchronized @Nullable UdpPacket poll() {
    UdpPacket next = take();
    armed = next == null;
    return next;
  }

  private @Nullable UdpPacket take() {
    UdpPacket next = queue.poll();
    if (next != null) {
      waiting.decrement();
      bytes -= next.data().length();
    }
    return next;
  }

  /** Drops what waits, and what comes from now on. */
  synchronized void close() {
    closed = true;
    while (take() != null) {
      // Until none is left.
    }
  }
}
