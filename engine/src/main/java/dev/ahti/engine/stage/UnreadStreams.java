package dev.ahti.engine.stage;

import dev.ahti.engine.gauge.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The streams of a session from which nothing more will come, and whose reader has not come to
 * their end. Their actors have stopped; so it is from here that the end of the session reaches what
 * waits in them. Any thread.
 *
 * <p>Above the bound a stream is not remembered: what waits in it stays for whoever holds it, as
 * long as he does.
 */
public final class UnreadStreams {
  private final int capacity;
  private final Level level;

  // Guarded by this.
  private final Set<Undelivered> streams = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean over;

  /**
   * Of one session.
   *
   * @param capacity how many are remembered: {@code ahti.session.unread-streams}
   * @param level counts those that are
   */
  public UnreadStreams(int capacity, Level level) {
    this.capacity = capacity;
    this.level = level;
  }

  /** One more; dropped at once when the session has ended. */
  void add(Undelivered stream) {
    synchronized (this) {
      if (!over) {
        if (streams.size() < capacity && streams.add(stream)) {
          level.increment();
        }
        return;
      }
    }
    stream.drop();
  }

  synchronized void remove(Undelivered stream) {
    if (streams.remove(stream)) {
      level.decrement();
    }
  }

  /** The session has ended: drops what waits, now and later. */
  public void end() {
    List<Undelivered> left;
    synchronized (this) {
      over = true;
      left = new ArrayList<>(streams);
      streams.clear();
      level.add(-left.size());
    }
    left.forEach(Undelivered::drop);
  }
}
