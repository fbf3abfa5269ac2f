package dev.ahti.transport.netty.quic;

import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of datagrams QUIC sends at once. The library does not tell: it takes into its
 * queue whatever fits there, and sends that before any stream. But for a stream that nobody writes
 * on it tells the room in the congestion window, unless the connection's own window has less.
 *
 * <p>Datagrams know no such window. So where there was no room for longer than packets take to come
 * back, it is that window which is closed, and how many may go is not known. Loop only.
 */
public final class DatagramRoom {
  /** Not known: QUIC's queue is the only bound. */
  static final long UNKNOWN = -1;

  /** Beyond two round trips: acknowledgements may be held back, and loops be busy. */
  private static final long GRACE_NANOS = Duration.ofMillis(200).toNanos();

  private final NettyLoop loop;
  private final LongSupplier capacity;
  private final LongSupplier roundTripNanos;
  private Runnable askAgain = () -> {};
  private boolean blocked;
  private long blockedSince;
  private long patience;
  private @Nullable ScheduledFuture<?> timer;

  /**
   * For one connection.
   *
   * @param capacity what QUIC takes of a stream that is not written; negative when it is gone
   * @param roundTripNanos the connection's round-trip time
   */
  public DatagramRoom(NettyLoop loop, LongSupplier capacity, LongSupplier roundTripNanos) {
    this.loop = loop;
    this.capacity = capacity;
    this.roundTripNanos = roundTripNanos;
  }

  /** Sets what asks again when there was no room for so long that the answer will be another. */
  void onChange(Runnable ask) {
    askAgain = ask;
  }

  /** What QUIC takes of a stream that is not written; negative when that is gone. */
  long capacity() {
    return capacity.getAsLong();
  }

  /** There was room for so many bytes of a stream. */
  void seen(long bytes) {
    if (bytes > 0) {
      blocked = false;
    }
  }

  /**
   * The room in the congestion window, less what streams have taken of it since packets were sent;
   * {@link #UNKNOWN} where something else closes it.
   */
  long bytes() {
    long now = capacity();
    seen(now);
    if (now < 0) {
      return UNKNOWN;
    }
    if (now > 0) {
      return now;
    }
    if (!blocked) {
      blocked = true;
      blockedSince = loop.nanoTime();
      patience = 2 * roundTripNanos.getAsLong() + GRACE_NANOS;
      lookLater();
    }
    return loop.nanoTime() - blockedSince < patience ? now : UNKNOWN;
  }

  private void lookLater() {
    if (timer == null) {
      timer =
          loop.timers()
              .schedule(
                  () -> {
                    timer = null;
                    askAgain.run();
                  },
                  patience);
    }
  }

  /** The connection is gone. */
  public void close() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
