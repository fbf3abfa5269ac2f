package dev.ahti.transport.netty.http3;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Says something from time to time on a connection that has a session, so that it does not meet its
 * idle time-out while nobody has anything to say. One timer a connection, and none without a
 * session. Loop only.
 */
final class KeepAlive {
  private final EventLoop loop;
  private final long nanos;
  private final Runnable send;
  private @Nullable ScheduledFuture<?> timer;

  /**
   * @param interval between two times; zero for never
   * @param send what is said
   */
  KeepAlive(EventLoop loop, Duration interval, Runnable send) {
    this.loop = loop;
    this.nanos = interval.toNanos();
    this.send = send;
  }

  /** Whether there is something to keep alive, from now on. */
  void needed(boolean now) {
    if (now && timer == null && nanos > 0) {
      timer = loop.scheduleWithFixedDelay(send, nanos, nanos, TimeUnit.NANOSECONDS);
    } else if (!now && timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
