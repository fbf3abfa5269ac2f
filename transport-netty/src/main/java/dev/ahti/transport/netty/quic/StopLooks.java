package dev.ahti.transport.netty.quic;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Looks, some time after packets came, whether peers have asked streams to stop: Netty tells it
 * only to one who writes, and a producer may have nothing to write for long.
 *
 * <p>One timer for all connections of a loop, and none while nothing comes: a stop needs a packet.
 * Loop only.
 */
final class StopLooks {
  private final EventLoop eventLoop;
  private final Duration delay;
  private final Set<Runnable> looks = new LinkedHashSet<>();
  private boolean scheduled;

  /**
   * @param delay from a packet to the look
   */
  StopLooks(EventLoop eventLoop, Duration delay) {
    this.eventLoop = eventLoop;
    this.delay = delay;
  }

  void add(Runnable look) {
    looks.add(look);
  }

  void remove(Runnable look) {
    looks.remove(look);
  }

  void packetsCame() {
    if (!scheduled && !looks.isEmpty() && !eventLoop.isShuttingDown()) {
      scheduled = true;
      eventLoop.schedule(this::look, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void look() {
    scheduled = false;
    // A look may end what it finds, and with it the need to look.
    List.copyOf(looks).forEach(NettyLoop::guarded);
  }
}
