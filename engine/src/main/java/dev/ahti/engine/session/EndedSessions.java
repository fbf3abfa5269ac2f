package dev.ahti.engine.session;

import java.util.TreeSet;

/**
 * The session ids of a connection that are over, so that a late stream of one is told from an early
 * stream of a session still to come.
 *
 * <p>Request ids only grow, and packets overtake each other by little; so the newest ids are kept
 * one by one and every id below them counts as ended. Not thread-safe.
 */
public final class EndedSessions {
  private final int capacity;
  private final TreeSet<Long> newest = new TreeSet<>();
  private long floor = -1;

  /**
   * Remembers none yet.
   *
   * @param capacity how many ids are kept one by one, above zero
   */
  public EndedSessions(int capacity) {
    this.capacity = capacity;
  }

  /** This session is over, or its request was refused. */
  public void add(long id) {
    if (id <= floor) {
      return;
    }
    newest.add(id);
    if (newest.size() > capacity) {
      floor = newest.first();
      newest.remove(floor);
    }
  }

  /** How many are kept one by one, at most the capacity. */
  public int size() {
    return newest.size();
  }

  /** Whether it is over. Ask about live sessions elsewhere. */
  public boolean contains(long id) {
    return id <= floor || newest.contains(id);
  }
}
