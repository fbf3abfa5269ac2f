package dev.ahti.transport.netty.quic;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The open ports of one connection. Bounded by the stream limits of both sides. Loop only.
 *
 * <p>Looks after packets came whether the peer has asked a stream to stop.
 */
public final class ConnectionPorts {
  private final NettyLoop loop;
  private final Set<QuicStreamPort> ports = new LinkedHashSet<>();
  private final Runnable look = this::look;
  private int watched;

  /** For one connection. */
  public ConnectionPorts(NettyLoop loop) {
    this.loop = loop;
  }

  /** How many are open. */
  public int size() {
    return ports.size();
  }

  /** Ends every port: the connection is gone. */
  public void lost(String why) {
    for (QuicStreamPort port : List.copyOf(ports)) {
      port.lost(why);
    }
  }

  void opened(QuicStreamPort port) {
    ports.add(port);
    // A request alone needs no look: its session ends by what comes on it.
    if (port.isWatched() && watched++ == 0) {
      loop.watchStops(look);
    }
  }

  void closed(QuicStreamPort port) {
    if (ports.remove(port) && port.isWatched() && --watched == 0) {
      loop.unwatchStops(look);
    }
  }

  private void look() {
    // Ending one takes it out of the set, so that comes after the look at all of them.
    List<QuicStreamPort> stopped = new ArrayList<>(0);
    for (QuicStreamPort port : ports) {
      if (port.isStoppedUnseen()) {
        stopped.add(port);
      }
    }
    stopped.forEach(QuicStreamPort::lookForStop);
  }
}
