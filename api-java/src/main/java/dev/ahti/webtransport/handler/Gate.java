package dev.ahti.webtransport.handler;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is not asked of the peer before what was sent because of it is taken: the next streams, or
 * the next datagram. Used inside a {@link SessionHost} only.
 */
final class Gate {
  /** Streams with bytes that wait; each is one that is open. */
  private final Set<StreamPump> behind = new HashSet<>();

  /** What waits: one for each thing that is asked for. */
  private final List<Runnable> parked = new ArrayList<>();

  /** Waits for a stream too, when something waits on it. */
  void close(StreamPump behindThis) {
    if (behindThis.isWaiting()) {
      behind.add(behindThis);
    }
  }

  /** A stream has taken all, or is over. */
  void free(StreamPump pump) {
    if (behind.remove(pump)) {
      look();
    }
  }

  boolean isOpen() {
    return behind.isEmpty();
  }

  /** Runs a task when it is open next, or when {@link #look} is called then. */
  void park(Runnable task) {
    parked.add(task);
  }

  /** Runs what waits if nothing holds it; it parks itself again if something else does. */
  void look() {
    if (isOpen()) {
      List<Runnable> now = List.copyOf(parked);
      parked.clear();
      now.forEach(Runnable::run);
    }
  }

  void clear() {
    behind.clear();
    parked.clear();
  }
}
