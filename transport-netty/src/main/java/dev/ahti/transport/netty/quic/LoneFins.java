package dev.ahti.transport.netty.quic;

import dev.ahti.transport.netty.loop.LoopWriter;
import dev.ahti.transport.netty.loop.NettyLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Those of a connection's streams whose FIN waits until their bytes are acknowledged. Looks when
 * packets have come, and by one timer. Bounded by the stream limits of both sides. Loop only.
 */
final class LoneFins implements LoopWriter {
  private record Waiting(LoneFin fin, long acknowledged, long latest) {}

  private final NettyLoop loop;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private boolean looks;
  private long packets;
  private @Nullable ScheduledFuture<?> timer;

  /** For one connection. */
  LoneFins(NettyLoop loop) {
    this.loop = loop;
  }

  /**
   * One more waits.
   *
   * @param acknowledged from when on a packet that comes tells of its bytes
   * @param latest when it leaves, whatever comes
   */
  void add(LoneFin fin, long acknowledged, long latest) {
    if (waiting.isEmpty()) {
      packets = fin.connection().packetsReceived();
    }
    waiting.add(new Waiting(fin, acknowledged, latest));
    goOn();
  }

  /** The connection is gone. */
  void close() {
    waiting.clear();
    goOn();
  }

  /** Packets have come, of this connection or of others. */
  @Override
  public void write() {
    looks = false;
    Waiting first;
    while ((first = waiting.peek()) != null && first.fin().isOver()) {
      waiting.remove();
    }
    if (first != null) {
      // What one stream knows of the connection holds for all.
      long came = first.fin().connection().packetsReceived();
      if (came != packets) {
        packets = came;
        boolean idle = first.fin().connection().idle();
        long now = loop.nanoTime();
        release(next -> idle || next.acknowledged() - now <= 0);
      }
    }
    goOn();
  }

  private void release(Predicate<Waiting> may) {
    Waiting next;
    while ((next = waiting.peek()) != null && may.test(next)) {
      waiting.remove();
      next.fin().leave();
    }
  }

  private void goOn() {
    if (timer != null && waiting.isEmpty()) {
      timer.cancel(false);
      timer = null;
    }
    Waiting first = waiting.peek();
    if (first == null) {
      return;
    }
    if (!looks) {
      looks = true;
      loop.writeAfterRead(this);
    }
    if (timer == null) {
      timer = loop.timers().schedule(this::tooLate, first.latest() - loop.nanoTime());
    }
  }

  private void tooLate() {
    timer = null;
    long now = loop.nanoTime();
    release(next -> next.latest() - now <= 0);
    goOn();
  }
}
