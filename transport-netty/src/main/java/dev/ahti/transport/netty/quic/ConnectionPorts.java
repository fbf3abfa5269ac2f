package dev.ahti.transport.netty.quic;

import dev.ahti.transport.netty.loop.NettyLoop;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.codec.quic.QuicTransportParameters;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The open ports of one connection. Bounded by the stream limits of both sides. Loop only.
 *
 * <p>Looks after packets came whether the peer has asked a stream to stop. Gives up the writes of
 * which a peer takes nothing; that look is taken only while a write waits.
 */
public final class ConnectionPorts {
  private final NettyLoop loop;
  private final Set<QuicStreamPort> ports = new LinkedHashSet<>();
  private final Duration writeStall;
  private final Runnable look = this::look;
  private final SendLimits.Connection limits = new SendLimits.Connection();
  private final LoneFins loneFins;
  private @Nullable QuicTransportParameters peerParameters;
  private int watched;
  private long payloadSent;
  private @Nullable ScheduledFuture<?> stallCheck;

  /**
   * For one connection.
   *
   * @param writeStall how long a peer may take nothing of a stream; zero for ever
   */
  public ConnectionPorts(NettyLoop loop, Duration writeStall) {
    this.loop = loop;
    this.writeStall = writeStall;
    this.loneFins = new LoneFins(loop);
  }

  /** The streams whose FIN waits. */
  LoneFins loneFins() {
    return loneFins;
  }

  /** How many are open. */
  public int size() {
    return ports.size();
  }

  /** Bytes of streams of sessions, without their headers, that were handed to QUIC. */
  public long payloadSent() {
    long sent = payloadSent;
    for (QuicStreamPort port : ports) {
      sent += payloadOf(port);
    }
    return sent;
  }

  /** Whether a write waits for QUIC to take more. */
  public boolean isWaiting() {
    long now = loop.nanoTime();
    return ports.stream().anyMatch(port -> port.waitedNanos(now) >= 0);
  }

  /** What a request's stream carries is not payload: capsules. */
  private static long payloadOf(QuicStreamPort port) {
    return port.isWatched() ? port.stats().bytesSent() : 0;
  }

  /** Ends every port: the connection is gone. */
  public void lost(String why) {
    if (stallCheck != null) {
      stallCheck.cancel(false);
      stallCheck = null;
    }
    for (QuicStreamPort port : List.copyOf(ports)) {
      port.lost(why);
    }
    loneFins.close();
  }

  /** Ends every port for both sides, as nobody is left to use one: the connection goes on. */
  public void abort(long code) {
    for (QuicStreamPort port : List.copyOf(ports)) {
      port.reset(code);
      port.stopSending(code);
    }
  }

  /** How far the peer lets a stream of this connection send. */
  SendLimits limits(QuicStreamChannel stream) {
    QuicTransportParameters peer = peerParameters;
    if (peer == null) {
      peer = stream.parent().peerTransportParameters();
      if (peer == null) {
        return new SendLimits(limits, 0);
      }
      peerParameters = peer;
      limits.initial(peer.initialMaxData());
    }
    if (stream.type() == QuicStreamType.UNIDIRECTIONAL) {
      return new SendLimits(limits, peer.initialMaxStreamDataUni());
    }
    return new SendLimits(
        limits,
        stream.isLocalCreated()
            ? peer.initialMaxStreamDataBidiRemote()
            : peer.initialMaxStreamDataBidiLocal());
  }

  void opened(QuicStreamPort port) {
    ports.add(port);
    // A request alone needs no look: its session ends by what comes on it.
    if (port.isWatched() && watched++ == 0) {
      loop.watchStops(look);
    }
  }

  void closed(QuicStreamPort port) {
    if (ports.remove(port)) {
      payloadSent += payloadOf(port);
      if (port.isWatched() && --watched == 0) {
        loop.unwatchStops(look);
      }
    }
  }

  /** A write of a port waits for its peer. */
  void waiting() {
    if (stallCheck == null && !writeStall.isZero()) {
      checkStallsIn(writeStall.toNanos());
    }
  }

  private void checkStallsIn(long nanos) {
    stallCheck = loop.timers().schedule(this::checkStalls, nanos);
  }

  private void checkStalls() {
    stallCheck = null;
    long limit = writeStall.toNanos();
    long now = loop.nanoTime();
    long longest = -1;
    for (QuicStreamPort port : List.copyOf(ports)) {
      long waited = port.waitedNanos(now);
      if (waited >= limit) {
        port.stalled(writeStall);
      } else {
        longest = Math.max(longest, waited);
      }
    }
    if (longest >= 0) {
      checkStallsIn(limit - longest);
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
