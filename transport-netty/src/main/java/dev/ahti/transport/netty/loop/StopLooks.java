package dev.ahti.transport.netty.loop;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks, some time after packets came, whether peers have asked streams to stop: Netty tells it
 * only to one who writes, and a producer may have nothing to write for long.
 *
 * <p>One timer for all connections of a loop, and none while nothing comes, as a stop needs a
 * packet, or while nobody looks. Loop only.
 */
final class StopLooks {
  private final EventLoop eventLoop;
  private final LoopTimers timers;
  private final Duration delay;
  private final Set<Runnable> looks = new LinkedHashSet<>();
  private @Nullable ScheduledFuture<?> timer;

  /**
   * @param delay from a packet to the look
   */
  StopLooks(EventLoop eventLoop, LoopTimers timers, Duration delay) {
    this.eventLoop = eventLoop;
    this.timers = timers;
    this.delay = delay;
  }

  void add(Runnable look) {
    looks.add(look);
  }

  void remove(Runnable look) {
    looks.remove(look);
    // A connection looks as long as it is open, so this comes with the last one of the loop.
    if (timer != null && looks.isEmpty()) {
      timer.cancel(false);
      timer = null;
    }
  }

  void packetsCame() {
    if (timer == null && !looks.isEmpty() && !eventLoop.isShuttingDown()) {
      timer = timers.schedule(this::look, delay.toNanos());
    }
  }

  private void look() {
    timer = null;
    // A look may end what it finds, and with it the need to look.
    List.copyOf(looks).forEach(NettyLoop::guarded);
  }
}
