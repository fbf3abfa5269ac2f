package dev.ahti.engine.session;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.util.ByteString;

/**
 * Holds the streams and datagrams of sessions whose CONNECT has not been seen yet, because packets
 * overtook each other (draft-ietf-webtrans-http3-16 4.6).
 *
 * <p>One holder belongs to one connection. It is bounded by {@link Limits}, has no clock and is not
 * thread-safe. It only says what to reject; the owner resets and stops those streams with
 * WT_BUFFERED_STREAM_REJECTED. Times are of any one monotonic clock, in nanoseconds.
 *
 * @param <S> a handle of a stream
 */
public final class EarlyArrivals<S> {

  /**
   * The bounds of a connection.
   *
   * @param maxStreams streams held; one more is rejected
   * @param holdNanos how long a stream or datagram is held, in nanoseconds
   * @param maxDatagrams datagrams held; one more drops the oldest
   * @param maxDatagramBytes payload bytes held; more drop the oldest
   */
  public record Limits(int maxStreams, long holdNanos, int maxDatagrams, int maxDatagramBytes) {
    /** 24 streams, 5 seconds, 16 datagrams, 24 KiB. */
    public static final Limits DEFAULT = new Limits(24, TimeUnit.SECONDS.toNanos(5), 16, 24 * 1024);

    public Limits {
      if (maxStreams < 0 || holdNanos < 0 || maxDatagrams < 0 || maxDatagramBytes < 0) {
        throw new IllegalArgumentException("limits: negative (expected: >= 0)");
      }
    }
  }

  /** Something that came early. */
  public sealed interface Arrival<S> {}

  /** A stream whose header was read and nothing more. */
  public record EarlyStream<S>(S stream) implements Arrival<S> {
    public EarlyStream {
      requireNonNull(stream, "stream");
    }
  }

  /** A datagram. */
  public record EarlyDatagram<S>(ByteString payload) implements Arrival<S> {
    public EarlyDatagram {
      requireNonNull(payload, "payload");
    }
  }

  private record Held<S>(long sessionId, Arrival<S> arrival, long sinceNanos) {}

  private final Limits limits;
  private final Deque<Held<S>> held = new ArrayDeque<>();
  private int streams;
  private int datagrams;
  private int datagramBytes;

  /** An empty holder. */
  public EarlyArrivals(Limits limits) {
    this.limits = requireNonNull(limits, "limits");
  }

  /**
   * Holds a stream.
   *
   * @return the streams to reject: this one if there is no room, else none
   */
  public List<S> addStream(long sessionId, S stream, long nowNanos) {
    if (streams >= limits.maxStreams()) {
      return List.of(stream);
    }
    held.add(new Held<>(sessionId, new EarlyStream<>(stream), nowNanos));
    streams++;
    return List.of();
  }

  /**
   * Holds a datagram, dropping the oldest ones if there is no room.
   *
   * @return how many were dropped, this one included if it alone is too large
   */
  public int addDatagram(long sessionId, ByteString payload, long nowNanos) {
    if (limits.maxDatagrams() == 0 || payload.length() > limits.maxDatagramBytes()) {
      return 1;
    }
    int dropped = 0;
    while (datagrams == limits.maxDatagrams()
        || datagramBytes + payload.length() > limits.maxDatagramBytes()) {
      dropOldestDatagram();
      dropped++;
    }
    held.add(new Held<>(sessionId, new EarlyDatagram<>(payload), nowNanos));
    datagrams++;
    datagramBytes += payload.length();
    return dropped;
  }

  private void dropOldestDatagram() {
    Iterator<Held<S>> each = held.iterator();
    while (each.hasNext()) {
      Held<S> next = each.next();
      if (next.arrival() instanceof EarlyDatagram) {
        each.remove();
        forget(next);
        return;
      }
    }
    throw new IllegalStateException("datagrams held: " + datagrams + " (found: none)");
  }

  /** Hands over what came for a session, in the order of arrival, and forgets it. */
  public List<Arrival<S>> take(long sessionId) {
    List<Arrival<S>> taken = new ArrayList<>();
    Iterator<Held<S>> each = held.iterator();
    while (each.hasNext()) {
      Held<S> next = each.next();
      if (next.sessionId() == sessionId) {
        each.remove();
        forget(next);
        taken.add(next.arrival());
      }
    }
    return taken;
  }

  /**
   * Forgets a stream that ended or was reset while it was held.
   *
   * @return whether it was held
   */
  public boolean removeStream(S stream) {
    Iterator<Held<S>> each = held.iterator();
    while (each.hasNext()) {
      Held<S> next = each.next();
      if (next.arrival() instanceof EarlyStream<S> early && early.stream().equals(stream)) {
        each.remove();
        forget(next);
        return true;
      }
    }
    return false;
  }

  /**
   * Forgets what has been held for longer than the limit.
   *
   * @return the streams to reject, oldest first; datagrams are dropped
   */
  public List<S> purge(long nowNanos) {
    List<S> rejected = new ArrayList<>();
    Held<S> oldest = held.peek();
    while (oldest != null && nowNanos - oldest.sinceNanos() >= limits.holdNanos()) {
      drop(rejected);
      oldest = held.peek();
    }
    return rejected;
  }

  /**
   * Forgets everything, as the connection ends.
   *
   * @return all streams held, oldest first
   */
  public List<S> clear() {
    List<S> rejected = new ArrayList<>();
    while (!held.isEmpty()) {
      drop(rejected);
    }
    return rejected;
  }

  private void drop(List<S> rejected) {
    Held<S> oldest = held.remove();
    forget(oldest);
    if (oldest.arrival() instanceof EarlyStream<S> early) {
      rejected.add(early.stream());
    }
  }

  private void forget(Held<S> gone) {
    if (gone.arrival() instanceof EarlyDatagram<S> datagram) {
      datagrams--;
      datagramBytes -= datagram.payload().length();
    } else {
      streams--;
    }
  }

  /** When {@link #purge} has something to do again; empty while nothing is held. */
  public OptionalLong nextPurgeNanos() {
    Held<S> oldest = held.peek();
    return oldest == null
        ? OptionalLong.empty()
        : OptionalLong.of(oldest.sinceNanos() + limits.holdNanos());
  }

  /** Streams held, for gauges. */
  public int streams() {
    return streams;
  }

  /** Datagrams held, for gauges. */
  public int datagrams() {
    return datagrams;
  }

  /** Payload bytes of the datagrams held, for gauges. */
  public int datagramBytes() {
    return datagramBytes;
  }
}
