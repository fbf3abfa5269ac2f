package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.TransportCommand.IncomingStream;
import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;

/**
 * The sessions attached at one end, and the datagrams that came before theirs. Loop only.
 *
 * <p>Bounds: 16 early datagrams a connection, the oldest makes room; 64 ended sessions remembered,
 * whose late datagrams are dropped.
 */
final class MemorySessions {
  private static final int EARLY_DATAGRAMS = 16;
  private static final int REMEMBERED = 64;

  private final MemoryConnection connection;
  private final Map<Long, Attached> attached = new HashMap<>();
  private final ArrayDeque<Early> early = new ArrayDeque<>();
  private final Set<Long> gone = new LinkedHashSet<>();

  private record Attached(Consumer<IncomingStream> streams, MemoryDatagramPort datagrams) {}

  private record Early(long sessionId, ByteString payload) {}

  MemorySessions(MemoryConnection connection) {
    this.connection = connection;
  }

  /** From now on the session's streams go there; the answer has its datagrams, early ones first. */
  MemoryDatagramPort attach(long sessionId, Consumer<IncomingStream> streams) {
    if (attached.containsKey(sessionId)) {
      throw new IllegalStateException("session " + sessionId + " is attached (expected: once)");
    }
    MemoryDatagramPort datagrams = new MemoryDatagramPort(connection, sessionId);
    if (connection.isClosed()) {
      datagrams.close("the connection is closed");
      return datagrams;
    }
    attached.put(sessionId, new Attached(streams, datagrams));
    early.removeIf(
        waiting -> {
          boolean ours = waiting.sessionId() == sessionId;
          if (ours) {
            connection.gauges().datagrams().early().decrement();
            datagrams.deliver(waiting.payload());
          }
          return ours;
        });
    return datagrams;
  }

  void detach(long sessionId) {
    Attached session = attached.remove(sessionId);
    if (session != null) {
      session.datagrams().close("the session has ended");
      gone.add(sessionId);
      if (gone.size() > REMEMBERED) {
        gone.remove(gone.iterator().next());
      }
    }
  }

  /** Whether an attached session took the stream. */
  boolean take(long sessionId, StreamKind kind, MemoryStreamPort port) {
    Attached session = attached.get(sessionId);
    if (session == null) {
      return false;
    }
    session.streams().accept(new IncomingStream(kind, port));
    return true;
  }

  void arrived(long sessionId, ByteString payload) {
    Attached session = attached.get(sessionId);
    if (session != null) {
      session.datagrams().deliver(payload);
    } else if (gone.contains(sessionId)) {
      connection.gauges().datagrams().earlyDropped().increment();
    } else {
      if (early.size() == EARLY_DATAGRAMS) {
        early.remove();
        connection.gauges().datagrams().early().decrement();
        connection.gauges().datagrams().earlyDropped().increment();
      }
      early.add(new Early(sessionId, payload));
      connection.gauges().datagrams().early().increment();
    }
  }

  void pump() {
    attached.values().forEach(session -> session.datagrams().pump());
  }

  void close(String why) {
    attached.values().forEach(session -> session.datagrams().close(why));
    attached.clear();
    connection.gauges().datagrams().early().add(-early.size());
    early.clear();
  }
}
