package dev.ahti.engine.schedule;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whose datagram goes next, of several that have some. Groups share by bytes, as equals; inside a
 * group the highest order goes first, strictly, and equal orders take turns.
 *
 * <p>A group that comes back after a pause starts level with the others: what it did not send
 * meanwhile is not owed to it. Pure, and not thread-safe. Holds what was added and not removed.
 */
public final class DatagramTurns<T> {

  private static final class Group<T> {
    /** Bytes sent, counted from when the group came, on top of what others had then. */
    private long sent;

    private final TreeMap<Long, ArrayDeque<T>> orders = new TreeMap<>(Comparator.reverseOrder());

    private Group(long sent) {
      this.sent = sent;
    }
  }

  private final Map<Long, Group<T>> groups = new HashMap<>();

  /** What the group had sent whose turn it was last. */
  private long level;

  /** A member has something to send, at this priority. */
  public void add(T member, SendPriority priority) {
    groups
        .computeIfAbsent(priority.group(), id -> new Group<>(level))
        .orders
        .computeIfAbsent(priority.order(), order -> new ArrayDeque<>())
        .add(member);
  }

  /** A member has nothing to send any more, at the priority with which it was added. */
  public void remove(T member, SendPriority priority) {
    Group<T> group = groups.get(priority.group());
    if (group == null) {
      return;
    }
    ArrayDeque<T> members = group.orders.get(priority.order());
    if (members != null && members.remove(member) && members.isEmpty()) {
      group.orders.remove(priority.order());
      if (group.orders.isEmpty()) {
        groups.remove(priority.group());
      }
    }
  }

  /** Calls for each member; it must not add or remove any. */
  public void forEach(Consumer<? super T> action) {
    for (Group<T> group : groups.values()) {
      group.orders.values().forEach(members -> members.forEach(action));
    }
  }

  /** Whose turn it is, or {@code null} when nobody has anything; the same until {@link #sent}. */
  public @Nullable T next() {
    Group<T> group = null;
    for (Group<T> each : groups.values()) {
      if (group == null || each.sent < group.sent) {
        group = each;
      }
    }
    if (group == null) {
      return null;
    }
    level = group.sent;
    return group.orders.firstEntry().getValue().peek();
  }

  /** What {@link #next} gave has sent so much; the one beside it has the next turn. */
  public void sent(T member, SendPriority priority, long bytes) {
    Group<T> group = groups.get(priority.group());
    if (group == null) {
      return;
    }
    group.sent += bytes;
    ArrayDeque<T> members = group.orders.get(priority.order());
    if (members != null && members.peek() == member) {
      members.add(members.remove());
    }
  }
}
