package dev.ahti.engine.mux;

import java.util.LinkedHashSet;
import java.util.Set;

/** The newest ids of those that were added, so many and no more. */
final class RecentIds {
  private final int most;
  private final Set<Long> ids = new LinkedHashSet<>();

  RecentIds(int most) {
    this.most = most;
  }

  void add(long id) {
    if (ids.add(id) && ids.size() > most) {
      ids.remove(ids.iterator().next());
    }
  }

  boolean contains(long id) {
    return ids.contains(id);
  }
}
