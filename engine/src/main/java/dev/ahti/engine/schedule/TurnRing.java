package dev.ahti.engine.schedule;

import org.jspecify.annotations.Nullable;

/**
 * Some who share by turns of about the same number of bytes: deficit round robin. Who has used more
 * than a turn, as one write is never cut for it, is passed over until that is made up for. All is
 * done in constant time, and nothing is allocated.
 */
final class TurnRing<T extends TurnRing.Sharer<T>> {

  /** One who shares; in at most one ring at a time. */
  abstract static class Sharer<T extends Sharer<T>> {
    private @Nullable T next;
    private @Nullable T previous;
    private long credit;

    /** Takes what was used from its turn. */
    final void use(long bytes) {
      credit -= bytes;
    }

    final boolean isIn() {
      return next != null;
    }
  }

  private final int quantum;
  private @Nullable T first;

  /**
   * @param quantum bytes of a turn
   */
  TurnRing(int quantum) {
    this.quantum = quantum;
  }

  boolean isEmpty() {
    return first == null;
  }

  /** Comes in behind all others. */
  void add(T sharer) {
    Sharer<T> added = sharer;
    // A turn that was not used is no more than one turn later.
    added.credit = Math.min(added.credit, quantum);
    T head = first;
    if (head == null) {
      added.next = sharer;
      added.previous = sharer;
      first = sharer;
    } else {
      Sharer<T> ahead = head;
      T last = required(ahead.previous);
      Sharer<T> behind = last;
      added.next = head;
      added.previous = last;
      behind.next = sharer;
      ahead.previous = sharer;
    }
  }

  void remove(T sharer) {
    Sharer<T> removed = sharer;
    T next = required(removed.next);
    if (next == sharer) {
      first = null;
    } else {
      T previous = required(removed.previous);
      Sharer<T> before = previous;
      Sharer<T> after = next;
      before.next = next;
      after.previous = previous;
      if (first == sharer) {
        first = next;
      }
    }
    removed.next = null;
    removed.previous = null;
  }

  /** Its turn is over: all others come first. */
  void endTurn(T sharer) {
    Sharer<T> ended = sharer;
    ended.credit = Math.min(ended.credit, 0);
    if (first == sharer) {
      first = required(ended.next);
    }
  }

  /** Who is first, whatever it has used; {@code null} when nobody is here. */
  @Nullable T first() {
    return first;
  }

  /** Whose turn it is; {@code null} when nobody is here. */
  @Nullable T turn() {
    T at = first;
    while (at != null) {
      Sharer<T> looked = at;
      if (looked.credit > 0) {
        first = at;
        return at;
      }
      T next = required(looked.next);
      looked.credit = next == at ? quantum : looked.credit + quantum;
      at = next;
    }
    return null;
  }

  private static <T> T required(@Nullable T linked) {
    if (linked == null) {
      throw new IllegalStateException("not in the ring");
    }
    return linked;
  }
}
