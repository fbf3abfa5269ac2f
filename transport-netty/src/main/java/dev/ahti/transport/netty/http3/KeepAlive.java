package dev.ahti.transport.netty.http3;

import dev.ahti.transport.netty.loop.LoopTimers;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicTransportParameters;
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
  /** No peer makes us say something more often than that, whatever it announces. */
  private static final Duration LEAST = Duration.ofMillis(100);

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

  /**
   * The interval on a connection: also at most a third of the peer's idle time-out, as the smaller
   * one of both sides ends a connection (RFC 9000 10.1).
   *
   * @param configured with our own time-out in mind; zero for never
   * @param peer whose handshake is done
   */
  static Duration interval(Duration configured, QuicChannel peer) {
    QuicTransportParameters parameters = peer.peerTransportParameters();
    return parameters == null ? configured : interval(configured, parameters.maxIdleTimeout());
  }

  /**
   * The same by the transport parameter.
   *
   * @param peerMillis zero for a peer without an idle time-out
   */
  static Duration interval(Duration configured, long peerMillis) {
    if (peerMillis <= 0) {
      return configured;
    }
    Duration most = Duration.ofNanos(TimeUnit.MILLISECONDS.toNanos(peerMillis) / 3);
    if (most.compareTo(LEAST) < 0) {
      most = LEAST;
    }
    return configured.compareTo(most) > 0 ? most : configured;
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
