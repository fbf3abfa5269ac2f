package dev.ahti.transport.netty.quic;

import dev.ahti.transport.netty.loop.NettyLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of datagrams QUIC sends at once. The library does not tell: it takes into its
 * queue whatever fits there, and sends that before any stream. But for a stream that nobody writes
 * on it tells the room in the congestion window, unless that stream's own window or the
 * connection's has less.
 *
 * <p>Datagrams know no such windows. So where somebody got nowhere for longer than packets take to
 * come back, it is one of those that is closed, and how many may go is not known until there is
 * room for any datagram. Loop only.
 *
 * <p>Where it is not known, and for a writer that is alone, QUIC's queue is the bound: {@code
 * ahti.netty.datagrams.quic-send-queue} datagrams, which can neither expire nor be overtaken.
 */
public final class DatagramRoom {
  /** Not known: QUIC's queue is the only bound. */
  static final long UNKNOWN = -1;

  /** Room for any datagram. */
  private static final long ENOUGH = 1500;

  /** Beyond two round trips: acknowledgements may be held back, and loops be busy. */
  private static final long GRACE_NANOS = Duration.ofMillis(200).toNanos();

  private final NettyLoop loop;
  private final LongSupplier capacity;
  private final LongSupplier roundTripNanos;
  private Runnable askAgain = () -> {};

  /** So that what has come while this thread did not run is read before it is judged. */
  private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();

  private boolean refusing;
  private boolean unknown;
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

  /** Sets what asks again when somebody got nowhere for so long that the answer is another. */
  void onChange(Runnable ask) {
    askAgain = ask;
  }

  /**
   * The room in the congestion window, less what streams have taken of it; {@link #UNKNOWN} where
   * something else closes it.
   */
  long bytes() {
    long now = capacity.getAsLong();
    if (now >= ENOUGH) {
      clear();
    }
    return now < 0 || unknown ? UNKNOWN : now;
  }

  /** There was not enough for the one whose turn it is, so nobody went on. */
  void refused() {
    if (!refusing) {
      refusing = true;
      after(2 * roundTripNanos.getAsLong() + GRACE_NANOS, () -> after(LOOK_NANOS, this::giveUp));
    }
  }

  private void after(long nanos, Runnable task) {
    timer = loop.timers().schedule(task, nanos);
  }

  private void giveUp() {
    timer = null;
    unknown = true;
    askAgain.run();
  }

  /** Somebody went on, within what was told. */
  void wentOn() {
    if (refusing && !unknown) {
      clear();
    }
  }

  private void clear() {
    refusing = false;
    unknown = false;
    close();
  }

  /** Ends the timer, if there is one. */
  public void close() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
