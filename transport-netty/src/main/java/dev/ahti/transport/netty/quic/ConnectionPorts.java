package dev.ahti.transport.netty.quic;

import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The open ports of one connection. Bounded by the stream limits of both sides. Loop only.
 *
 * <p>Looks from time to time whether a peer has asked a stream to stop: Netty tells it only to one
 * who writes, and a producer may have nothing to write for long.
 */
public final class ConnectionPorts {
  private final NettyLoop loop;
  private final Duration stopPoll;
  private final Set<QuicStreamPort> ports = new LinkedHashSet<>();
  private int watched;
  private @Nullable ScheduledFuture<?> poll;

  /**
   * For one connection.
   *
   * @param stopPoll time between two looks for STOP_SENDING
   */
  public ConnectionPorts(NettyLoop loop, Duration stopPoll) {
    this.loop = loop;
    this.stopPoll = stopPoll;
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
      long nanos = stopPoll.toNanos();
      poll =
          loop.eventLoop().scheduleWithFixedDelay(this::look, nanos, nanos, TimeUnit.NANOSECONDS);
    }
  }

  void closed(QuicStreamPort port) {
    if (ports.remove(port) && port.isWatched() && --watched == 0 && poll != null) {
      poll.cancel(false);
      poll = null;
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
