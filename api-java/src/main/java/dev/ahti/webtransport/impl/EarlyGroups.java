package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.webtransport.WebTransportQuotaExceededException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * The send groups of a session that is still connecting: no more than it may have once it is there,
 * when those that somebody still holds are made. Any thread. Does not hold the session.
 */
final class EarlyGroups {
  private final int capacity;
  private List<WeakReference<SendGroup>> made = new ArrayList<>();

  /** For one session, which may have so many groups. */
  EarlyGroups(int capacity) {
    this.capacity = capacity;
  }

  /**
   * One more.
   *
   * @throws WebTransportQuotaExceededException when all places are taken
   */
  synchronized void add(SendGroup group) {
    if (made.size() >= capacity) {
      made.removeIf(one -> one.refersTo(null));
    }
    if (made.size() >= capacity) {
      throw new WebTransportQuotaExceededException(
          "send groups: " + capacity + " are in use (the limit, ahti.session.send-groups)");
    }
    made.add(new WeakReference<>(group));
  }

  /** The session is there. */
  void established(SessionHandle session) {
    List<WeakReference<SendGroup>> waiting;
    synchronized (this) {
      waiting = made;
      made = new ArrayList<>();
    }
    for (WeakReference<SendGroup> one : waiting) {
      SendGroup group = one.get();
      if (group != null) {
        group.established(session);
      }
    }
  }
}
