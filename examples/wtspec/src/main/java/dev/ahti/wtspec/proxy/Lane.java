package dev.ahti.wtspec.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.PriorityQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a proxy: asks the link, and holds each packet until its time. Event loop only,
 * but for the counters.
 *
 * <p>At most 8,192 packets are held; what comes above is dropped and counted as "queue full".
 */
final class Lane {
  private static final int HELD = 8192;

  private record Held(long at, long order, ByteBuf packet, Consumer<ByteBuf> out)
      implements Comparable<Held> {
    @Override
    public int compareTo(Held other) {
      int times = Long.compare(at, other.at);
      return times != 0 ? times : Long.compare(order, other.order);
    }
  }

  private final EventLoop loop;
  private final Tally tally = new Tally();
  private final PriorityQueue<Held> held = new PriorityQueue<>();
  private Link link;
  private long start;
  private long order;
  private @Nullable ScheduledFuture<?> timer;

  Lane(EventLoop loop, Impairment impairment, long seed) {
    this.loop = loop;
    link = new Link(impairment, seed);
    start = System.nanoTime();
  }

  /** From now on another impairment, whose time begins now; what is held keeps its fate. */
  void impair(Impairment impairment, long seed) {
    link = new Link(impairment, seed);
    start = System.nanoTime();
  }

  Counters counters() {
    return tally.counters();
  }

  /** Takes over a packet, which goes out in its time or never. */
  void accept(ByteBuf packet, Consumer<ByteBuf> out) {
    long now = System.nanoTime();
    int length = packet.readableBytes();
    Fate fate = link.admit(now - start, length);
    if (fate.kind() == Fate.Kind.FORWARDED && held.size() >= HELD) {
      fate = Fate.dropped(Fate.Kind.QUEUE_FULL);
    }
    tally.count(fate.kind(), length);
    if (fate.kind() != Fate.Kind.FORWARDED) {
      packet.release();
      return;
    }
    held.add(new Held(start + fate.at(), order++, packet, out));
    release(now);
  }

  /** Drops a packet that is longer than may be. */
  void refuse(ByteBuf packet) {
    tally.count(Fate.Kind.QUEUE_FULL, packet.readableBytes());
    packet.release();
  }

  private void release(long now) {
    Held next;
    while ((next = held.peek()) != null && next.at() - now <= 0) {
      held.remove();
      next.out().accept(next.packet());
    }
    if (next != null && timer == null) {
      timer = loop.schedule(this::tick, next.at() - now, TimeUnit.NANOSECONDS);
    }
  }

  private void tick() {
    timer = null;
    release(System.nanoTime());
  }

  void close() {
    if (timer != null) {
      timer.cancel(false);
    }
    held.forEach(packet -> packet.packet().release());
    held.clear();
  }
}
