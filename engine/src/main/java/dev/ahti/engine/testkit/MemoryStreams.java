package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one end: their ids as QUIC counts them (RFC 9000 2.1), the peer's stream limits,
 * and the connection's window. Loop only.
 */
final class MemoryStreams {
  private static final int SERVER_BIT = 1;
  private static final int UNIDIRECTIONAL_BIT = 2;
  private static final int STEP = 4;

  private final MemoryConnection connection;
  private final boolean client;
  private final Map<Long, MemoryStreamPort> ports = new LinkedHashMap<>();
  private final AtomicInteger size = new AtomicInteger();

  // What we may open and send.
  private final Map<StreamKind, Long> nextId = new EnumMap<>(StreamKind.class);
  private final Map<StreamKind, Integer> available = new EnumMap<>(StreamKind.class);
  private final Set<StreamKind> exhausted = EnumSet.noneOf(StreamKind.class);
  private final Set<MemoryStreamPort> blocked = new LinkedHashSet<>();
  private long sendWindow;

  // What we owe to the peer while credit is withheld.
  private boolean withheld;
  private long owedConnection;
  private final Map<Long, Long> owedStreams = new LinkedHashMap<>();
  private final Map<StreamKind, Integer> owedOpens = new EnumMap<>(StreamKind.class);
  private long nextPeerRequest;

  MemoryStreams(MemoryConnection connection, boolean client, MemorySettings settings) {
    this.connection = connection;
    this.client = client;
    this.sendWindow = settings.connectionWindow();
    int role = client ? 0 : SERVER_BIT;
    nextId.put(StreamKind.BIDIRECTIONAL, (long) role);
    nextId.put(StreamKind.UNIDIRECTIONAL, (long) role + UNIDIRECTIONAL_BIT);
    available.put(StreamKind.BIDIRECTIONAL, settings.bidirectionalStreams());
    available.put(StreamKind.UNIDIRECTIONAL, settings.unidirectionalStreams());
  }

  /** Any thread. */
  int size() {
    return size.get();
  }

  @Nullable MemoryStreamPort get(long id) {
    return ports.get(id);
  }

  /** A stream of a session, or {@code null} when the peer allows no more. */
  @Nullable MemoryStreamPort open(StreamKind kind, long sessionId) {
    MemoryStreamPort port = next(kind, true);
    if (port != null) {
      connection.toPeer(peer -> peer.streamArrived(port.id(), kind, sessionId));
    }
    return port;
  }

  /** A request, or {@code null} when the peer allows no more. */
  @Nullable MemoryStreamPort openRequest(Fields fields) {
    if (!client) {
      throw new IllegalStateException("a server sends no requests");
    }
    MemoryStreamPort port = next(StreamKind.BIDIRECTIONAL, false);
    if (port != null) {
      connection.toPeer(peer -> peer.requestArrived(port.id(), fields));
    }
    return port;
  }

  /** A stream that the peer opened, or {@code null} when the connection is closed. */
  @Nullable MemoryStreamPort arrived(long id, StreamKind kind, boolean ofSession) {
    if (connection.isClosed()) {
      return null;
    }
    if (!client && kind == StreamKind.BIDIRECTIONAL) {
      nextPeerRequest = id + STEP;
    }
    return add(new MemoryStreamPort(connection, id, kind, false, ofSession));
  }

  /** The first request that a GOAWAY of now would refuse. */
  long nextPeerRequest() {
    return nextPeerRequest;
  }

  void closed(MemoryStreamPort port) {
    ports.remove(port.id());
    size.set(ports.size());
    blocked.remove(port);
    owedStreams.remove(port.id());
    if (!port.local()) {
      if (withheld) {
        owedOpens.merge(port.kind(), 1, Integer::sum);
      } else {
        connection.toPeer(peer -> peer.streamsGranted(port.kind(), 1));
      }
    }
  }

  void granted(StreamKind kind, int count) {
    available.merge(kind, count, Integer::sum);
    if (exhausted.remove(kind)) {
      connection.tell(new TransportEvent.StreamsAvailable(kind));
    }
  }

  long sendWindow() {
    return sendWindow;
  }

  void sent(int bytes) {
    sendWindow -= bytes;
  }

  void blocked(MemoryStreamPort port) {
    blocked.add(port);
  }

  /** We read bytes: the peer may send as many again. */
  void readFromWire(long id, long ofStream, long ofConnection) {
    if (withheld) {
      owedConnection += ofConnection;
      if (ofStream > 0) {
        owedStreams.merge(id, ofStream, Long::sum);
      }
    } else {
      connection.toPeer(peer -> peer.creditArrived(id, ofStream, ofConnection));
    }
  }

  void creditArrived(long id, long ofStream, long ofConnection) {
    sendWindow += ofConnection;
    MemoryStreamPort port = ports.get(id);
    if (port != null) {
      port.grant(ofStream);
      blocked.add(port);
    }
    // Those that waited longest go first; who still does not fit registers again, at the end.
    for (MemoryStreamPort waiting : new ArrayList<>(blocked)) {
      blocked.remove(waiting);
      waiting.pump();
    }
  }

  void withhold(boolean withhold) {
    withheld = withhold;
    if (!withhold) {
      long bytes = owedConnection;
      owedConnection = 0;
      connection.toPeer(peer -> peer.creditArrived(-1, 0, bytes));
      owedStreams.forEach(
          (id, credit) -> connection.toPeer(peer -> peer.creditArrived(id, credit, 0)));
      owedStreams.clear();
      owedOpens.forEach(
          (kind, count) -> connection.toPeer(peer -> peer.streamsGranted(kind, count)));
      owedOpens.clear();
    }
  }

  void lost(String why) {
    new ArrayList<>(ports.values()).forEach(port -> port.lost(why));
  }

  private @Nullable MemoryStreamPort next(StreamKind kind, boolean ofSession) {
    int left = available.getOrDefault(kind, 0);
    if (left == 0) {
      exhausted.add(kind);
      return null;
    }
    available.put(kind, left - 1);
    long id = nextId.merge(kind, (long) STEP, Long::sum) - STEP;
    return add(new MemoryStreamPort(connection, id, kind, true, ofSession));
  }

  private MemoryStreamPort add(MemoryStreamPort port) {
    ports.put(port.id(), port);
    size.set(ports.size());
    return port;
  }
}
