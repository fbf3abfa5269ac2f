package dev.ahti.engine.actor;

import dev.ahti.engine.spi.PortStats;
import dev.ahti.engine.spi.StreamPort;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the streams of a send group sent, added up. The group's actor keeps it; it is read on any
 * thread once that actor has stopped with its session. Bounded by the open streams of the session.
 */
final class GroupSums {
  private final Set<StreamPort> streams = new LinkedHashSet<>();
  private PortStats ended = new PortStats(0, 0, 0, 0);

  /** The stream is in the group from now on. */
  synchronized void joined(StreamPort stream) {
    // Nobody may tell any more that one has left whose sending has ended: only its sum is kept.
    if (stream.ended() != null) {
      ended = sum(ended, stream.stats());
    } else {
      streams.add(stream);
    }
  }

  /** The stream is not in the group any more; what it sent stays if it ended there. */
  synchronized void left(StreamPort stream, boolean hasEnded) {
    if (streams.remove(stream) && hasEnded) {
      ended = sum(ended, stream.stats());
    }
  }

  /** Whether no stream is in the group that goes on. */
  synchronized boolean isEmpty() {
    return streams.isEmpty();
  }

  /** The sums over all streams, with those that ended in the group. */
  synchronized PortStats now() {
    PortStats sum = ended;
    for (StreamPort stream : streams) {
      sum = sum(sum, stream.stats());
    }
    return sum;
  }

  /** As {@link #now}, for good: the streams have ended with their session, and are let go. */
  synchronized void end() {
    ended = now();
    streams.clear();
  }

  private static PortStats sum(PortStats one, PortStats other) {
    return new PortStats(
        one.bytesReceived() + other.bytesReceived(),
        one.bytesRead() + other.bytesRead(),
        one.bytesWritten() + other.bytesWritten(),
        one.bytesSent() + other.bytesSent());
  }
}
