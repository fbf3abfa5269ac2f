package dev.ahti.bench;

import java.util.BitSet;

/**
 * Which datagrams of a round are out. A datagram whose echo is missing for {@link #PATIENCE_NANOS}
 * counts as lost and gives its place in the window to the next one, so that one loss does not stop
 * a round. Not thread-safe: one thread at a time.
 */
public final class DatagramWindow {
  /** How long an echo may take: far above any queue on loopback. */
  public static final long PATIENCE_NANOS = 250_000_000L;

  private final int count;
  private final int limit;
  private final long[] sentAt;
  private final BitSet settled;
  private int next;
  private int oldest;
  private int inFlight;
  private int echoed;

  /** A round of {@code count} datagrams with at most {@code limit} unanswered. */
  public DatagramWindow(int count, int limit) {
    if (count < 1 || limit < 1) {
      throw new IllegalArgumentException("count: " + count + ", limit: " + limit);
    }
    this.count = count;
    this.limit = limit;
    this.sentAt = new long[count];
    this.settled = new BitSet(count);
  }

  /** How many datagrams the round has. */
  public int count() {
    return count;
  }

  /** Whether the next datagram may be sent now. */
  public boolean mayStart() {
    return next < count && inFlight < limit;
  }

  /** Takes the number of the next datagram, sent at {@code nowNanos}. */
  public int start(long nowNanos) {
    if (!mayStart()) {
      throw new IllegalStateException("window full: " + inFlight + " of " + limit);
    }
    sentAt[next] = nowNanos;
    inFlight++;
    return next++;
  }

  /**
   * Notes the echo of {@code number}; false when it is unknown, a duplicate or already given up.
   */
  public boolean echoed(int number) {
    if (number < 0 || number >= next || settled.get(number)) {
      return false;
    }
    settle(number);
    echoed++;
    return true;
  }

  /** Gives up datagrams that have waited too long; true when the window has room again for that. */
  public boolean expire(long nowNanos) {
    boolean any = false;
    while (oldest < next) {
      if (!settled.get(oldest)) {
        if (nowNanos - sentAt[oldest] < PATIENCE_NANOS) {
          return any;
        }
        settle(oldest);
        any = true;
      }
      oldest++;
    }
    return any;
  }

  /** Whether every datagram was echoed or given up. */
  public boolean done() {
    return next == count && inFlight == 0;
  }

  /** Datagrams echoed in time. */
  public int echoedCount() {
    return echoed;
  }

  /** Datagrams given up so far. */
  public int lostCount() {
    return next - inFlight - echoed;
  }

  private void settle(int number) {
    settled.set(number);
    inFlight--;
  }
}
