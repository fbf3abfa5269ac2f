package dev.ahti.engine.schedule;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams that wait in one direction: at most a number of them (W3C WebTransport's {@code
 * incomingMaxBufferedDatagrams}, {@code outgoingMaxBufferedDatagrams}), and none for longer than an
 * age. Whoever goes without being taken is told to the {@link Discards}.
 *
 * <p>Pure: the time comes in with each call, in nanoseconds of any clock. Not thread-safe.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#datagram-duplex-stream-procedures">W3C
 *     WebTransport, sections 4.3 and 5.4</a>
 */
public final class DatagramQueue<D extends QueuedDatagram> {

  /** Stands for "any age will do". */
  public static final long NO_MAX_AGE = 0;

  /** Hears of what was not taken. Called inside the queue's methods: must not call them. */
  @FunctionalInterface
  public interface Discards<D> {
    /** A datagram is gone, {@code EXPIRED} or {@code DROPPED}. */
    void discarded(D datagram, DatagramOutcome why);
  }

  private final Discards<? super D> discards;
  private final Map<Object, D> latest = new HashMap<>();
  private int maxBuffered;
  private long maxAge;
  private @Nullable D oldest;
  private @Nullable D newest;
  private int size;

  /** Whether ages fall from the oldest to the newest: not once one has taken another's place. */
  private boolean inOrderOfAge = true;

  /** An empty queue; the bounds as in their setters. */
  public DatagramQueue(int maxBuffered, long maxAge, Discards<? super D> discards) {
    this.discards = discards;
    maxBuffered(maxBuffered);
    maxAge(maxAge);
  }

  /**
   * Sets how many may wait, from the next that comes on: what waits already stays.
   *
   * @param most below 1 counts as 1
   */
  public void maxBuffered(int most) {
    maxBuffered = Math.max(1, most);
  }

  /**
   * Sets how long each may wait; counts for what waits already too.
   *
   * @param nanos {@link #NO_MAX_AGE} or above
   */
  public void maxAge(long nanos) {
    if (nanos < 0) {
      throw new IllegalArgumentException("max age: " + nanos + " (expected: 0 or above)");
    }
    maxAge = nanos;
  }

  /** How many wait, overdue ones included that nobody has looked at. */
  public int size() {
    return size;
  }

  /** Whether one more would drop none. */
  public boolean hasRoom() {
    return size < maxBuffered;
  }

  /** How many more may come before one is dropped; below zero after the bound was lowered. */
  public int room() {
    return maxBuffered - size;
  }

  /** Whether no more than half of what may wait does: when to wake one who waits for room. */
  public boolean isAtMostHalfFull() {
    return size <= maxBuffered / 2;
  }

  /** Adds one at the end, or in the place of the one with its key. */
  public void add(D datagram, DatagramPolicy policy) {
    add(datagram, policy, !hasRoom());
  }

  /** As {@link #add(QueuedDatagram, DatagramPolicy)}, where no more may wait for another reason. */
  public void addWithoutRoom(D datagram, DatagramPolicy policy) {
    add(datagram, policy, true);
  }

  private void add(D datagram, DatagramPolicy policy, boolean full) {
    Object key = datagram.key;
    D same = key == null ? null : latest.get(key);
    if (same != null && key != null) {
      replace(same, datagram);
      latest.put(key, datagram);
      discards.discarded(same, DatagramOutcome.DROPPED);
      return;
    }
    D victim = oldest;
    if (full && (policy.dropsNewest() || victim == null)) {
      discards.discarded(datagram, DatagramOutcome.DROPPED);
      return;
    }
    if (full && victim != null) {
      discard(victim, DatagramOutcome.DROPPED);
    }
    append(datagram);
  }

  /**
   * Puts the one that was taken last back to the front: it could not be sent after all. Where a
   * newer one with its key has come meanwhile, it is dropped.
   */
  public void putBack(D datagram) {
    if (datagram.key != null && latest.putIfAbsent(datagram.key, datagram) != null) {
      discards.discarded(datagram, DatagramOutcome.DROPPED);
      return;
    }
    D head = oldest;
    datagram.after = head;
    if (head == null) {
      newest = datagram;
    } else {
      head.before = datagram;
    }
    oldest = datagram;
    size++;
  }

  /** The next one, which stays; overdue ones before it are gone. */
  public @Nullable D peek(long now) {
    D head;
    while ((head = oldest) != null && isOverdue(head, now)) {
      discard(head, DatagramOutcome.EXPIRED);
    }
    return head;
  }

  /** Takes the next one; overdue ones before it are gone. */
  public @Nullable D poll(long now) {
    D head = peek(now);
    if (head != null) {
      unlink(head);
    }
    return head;
  }

  /** Drops what is overdue. */
  public void expire(long now) {
    if (inOrderOfAge) {
      peek(now);
      return;
    }
    D each = oldest;
    while (each != null) {
      D next = after(each);
      if (isOverdue(each, now)) {
        discard(each, DatagramOutcome.EXPIRED);
      }
      each = next;
    }
  }

  /**
   * How long until the first one is overdue: above zero after {@link #expire}.
   *
   * @return {@code Long.MAX_VALUE} when none will be
   */
  public long untilExpiry(long now) {
    if (maxAge == NO_MAX_AGE || oldest == null) {
      return Long.MAX_VALUE;
    }
    long longest = Long.MIN_VALUE;
    for (D each = oldest; each != null; each = inOrderOfAge ? null : after(each)) {
      longest = Math.max(longest, now - each.since());
    }
    // Overdue is what is older than the age, by a nanosecond at least.
    return maxAge - longest + 1;
  }

  /** Drops so many from the end the policy names that the rest may wait. */
  public void trim(DatagramPolicy policy) {
    while (size > maxBuffered) {
      drop(policy);
    }
  }

  /** Drops one from the end the policy names; there must be one. */
  public void drop(DatagramPolicy policy) {
    D victim = policy.dropsNewest() ? newest : oldest;
    discard(Objects.requireNonNull(victim), DatagramOutcome.DROPPED);
  }

  /** Drops everything. */
  public void clear() {
    D head;
    while ((head = oldest) != null) {
      discard(head, DatagramOutcome.DROPPED);
    }
  }

  private boolean isOverdue(D datagram, long now) {
    return maxAge != NO_MAX_AGE && now - datagram.since() > maxAge;
  }

  private void discard(D datagram, DatagramOutcome why) {
    unlink(datagram);
    discards.discarded(datagram, why);
  }

  private void append(D datagram) {
    D last = newest;
    datagram.before = last;
    if (last == null) {
      oldest = datagram;
      inOrderOfAge = true;
    } else {
      last.after = datagram;
      inOrderOfAge &= datagram.since() - last.since() >= 0;
    }
    newest = datagram;
    size++;
    if (datagram.key != null) {
      latest.put(datagram.key, datagram);
    }
  }

  private void replace(D old, D datagram) {
    D before = before(old);
    D after = after(old);
    datagram.before = before;
    datagram.after = after;
    if (before == null) {
      oldest = datagram;
    } else {
      before.after = datagram;
    }
    if (after == null) {
      newest = datagram;
    } else {
      after.before = datagram;
      inOrderOfAge = false;
    }
    old.before = null;
    old.after = null;
  }

  private void unlink(D datagram) {
    D before = before(datagram);
    D after = after(datagram);
    if (before == null) {
      oldest = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      newest = before;
    } else {
      after.before = before;
    }
    datagram.before = null;
    datagram.after = null;
    size--;
    if (datagram.key != null) {
      latest.remove(datagram.key);
    }
  }

  // Only such were linked.
  @SuppressWarnings("unchecked")
  private @Nullable D after(D datagram) {
    return (D) datagram.after;
  }

  @SuppressWarnings("unchecked")
  private @Nullable D before(D datagram) {
    return (D) datagram.before;
  }
}
