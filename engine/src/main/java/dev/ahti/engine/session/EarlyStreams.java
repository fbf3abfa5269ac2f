package dev.ahti.engine.session;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Holds the streams of sessions whose CONNECT has not been seen yet, because packets overtook each
 * other (draft-ietf-webtrans-http3-16 4.6).
 *
 * <p>One holder belongs to one connection. It is bounded by {@link Limits}, has no clock and is not
 * thread-safe. It only says what to reject; the owner resets and stops those streams with
 * WT_BUFFERED_STREAM_REJECTED. Times are of any one monotonic clock, in nanoseconds.
 *
 * @param <S> a handle of a stream, whose header was read and nothing more
 */
public final class EarlyStreams<S> {

  /**
   * The bounds of a connection.
   *
   * @param maxStreams streams held; one more is rejected
   * @param holdNanos how long a stream is held, in nanoseconds
   */
  public record Limits(int maxStreams, long holdNanos) {
    /** 24 streams, 5 seconds. */
    public static final Limits DEFAULT = new Limits(24, TimeUnit.SECONDS.toNanos(5));

    public Limits {
      if (maxStreams < 0 || holdNanos < 0) {
        throw new IllegalArgumentException("limits: negative (expected: >= 0)");
      }
    }
  }

  private record Held<S>(long sessionId, S stream, long sinceNanos) {}

  private final Limits limits;
  private final Deque<Held<S>> held = new ArrayDeque<>();

  /** An empty holder. */
  public EarlyStreams(Limits limits) {
    this.limits = requireNonNull(limits, "limits");
  }

  /** Holds a stream; {@code false} when there is no room for it, so that it is to be rejected. */
  public boolean add(long sessionId, S stream, long nowNanos) {
    return held.size() < limits.maxStreams() && held.add(new Held<>(sessionId, stream, nowNanos));
  }

  /** Hands over the streams of a session, in the order of arrival, and forgets them. */
  public List<S> take(long sessionId) {
    List<S> taken = new ArrayList<>();
    Iterator<Held<S>> each = held.iterator();
    while (each.hasNext()) {
      Held<S> next = each.next();
      if (next.sessionId() == sessionId) {
        each.remove();
        taken.add(next.stream());
      }
    }
    return taken;
  }

  /**
   * Forgets what has been held for longer than the limit.
   *
   * @return the streams to reject, oldest first
   */
  public List<S> purge(long nowNanos) {
    List<S> rejected = new ArrayList<>();
    Held<S> oldest = held.peek();
    while (oldest != null && nowNanos - oldest.sinceNanos() >= limits.holdNanos()) {
      rejected.add(held.remove().stream());
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
    List<S> rejected = new ArrayList<>(held.size());
    held.forEach(each -> rejected.add(each.stream()));
    held.clear();
    return rejected;
  }

  /** When {@link #purge} has something to do again; empty while nothing is held. */
  public OptionalLong nextPurgeNanos() {
    Held<S> oldest = held.peek();
    return oldest == null
        ? OptionalLong.empty()
        : OptionalLong.of(oldest.sinceNanos() + limits.holdNanos());
  }

  /** Whether one that is held is like this. */
  public boolean holds(Predicate<S> like) {
    return held.stream().anyMatch(each -> like.test(each.stream()));
  }

  /** Streams held. */
  public int size() {
    return held.size();
  }
}
