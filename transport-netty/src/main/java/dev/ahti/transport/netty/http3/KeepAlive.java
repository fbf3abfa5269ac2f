package dev.ahti.transport.netty.http3;

import dev.ahti.transport.netty.quic.LoopTimers;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Says something from time to time on a connection that has a session, so that it does not meet its
 * idle time-out while nobody has anything to say. One timer a connection, and none without a
 * session. Loop only.
 */
final class KeepAlive {
  private final LoopTimers timers;
  private final long nanos;
  private final Runnable send;
  private @Nullable ScheduledFuture<?> timer;

  /**
   * @param interval between two times; zero for never
   * @param send what is said
   */
  KeepAlive(LoopTimers timers, Duration interval, Runnable send) {
    this.timers = timers;
    this.nanos = interval.toNanos();
    this.send = send;
  }

  /** Whether there is something to keep alive, from now on. */
  void needed(boolean now) {
    if (now && timer == null && nanos > 0) {
      timer = timers.scheduleRepeatedly(send, nanos);
    } else if (!now && timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
