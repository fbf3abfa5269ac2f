package dev.ahti.transport.netty.http3;

import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.session.EndedSessions;
import dev.ahti.engine.spi.DatagramGauges;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.loop.NettyLoop;
import dev.ahti.transport.netty.quic.QuicStreamPort;
import dev.ahti.transport.netty.quic.StreamTurns;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Which session of a connection gets what: its streams, its datagrams, and the datagrams that came
 * before it. Loop only.
 */
final class SessionTable {

  /**
   * An attached session.
   *
   * @param untaken streams told to it that nobody observes yet: should its actor have stopped by
   *     then, nobody ever will. Bounded by the limit of streams.
   */
  private record Session(
      ActorRef<TransportCommand.IncomingStream> streams,
      NettyDatagramPort datagrams,
      Set<QuicStreamPort> untaken) {

    void end(String why) {
      datagrams.close(why);
      for (QuicStreamPort port : List.copyOf(untaken)) {
        port.reset(WebTransportErrorCode.WT_SESSION_GONE);
        port.stopSending(WebTransportErrorCode.WT_SESSION_GONE);
      }
    }
  }

  private record Early(long sessionId, ByteString payload, long arrivedNanos) {}

  private final NettyLoop loop;
  private final QuicChannel channel;
  private final StreamTurns turns;
  private final Http3Limits limits;
  private final DatagramGauges gauges;
  private final Map<Long, Session> sessions = new HashMap<>();
  private final EndedSessions ended;
  private final ArrayDeque<Early> early = new ArrayDeque<>();
  private int earlyBytes;
  private @Nullable ScheduledFuture<?> expiry;
  private long payloadOfEnded;

  SessionTable(
      NettyLoop loop,
      QuicChannel channel,
      StreamTurns turns,
      Http3Limits limits,
      DatagramGauges gauges) {
    this.loop = loop;
    this.channel = channel;
    this.turns = turns;
    this.limits = limits;
    this.gauges = gauges;
    this.ended = new EndedSessions(limits.rememberedSessions());
  }

  /** Begins a session; it gets the datagrams that came early. */
  NettyDatagramPort attach(long sessionId, ActorRef<TransportCommand.IncomingStream> streams) {
    Session before = sessions.remove(sessionId);
    if (before != null) {
      before.end("the session was attached again");
    }
    NettyDatagramPort port =
        new NettyDatagramPort(
            loop,
            channel,
            turns,
            gauges,
            sessionId,
            limits.datagramsIncoming(),
            limits.datagramsOutgoing());
    sessions.put(sessionId, new Session(streams, port, new LinkedHashSet<>()));
    early.removeIf(
        datagram -> {
          if (datagram.sessionId() != sessionId) {
            return false;
          }
          forget(datagram);
          port.deliver(datagram.payload());
          return true;
        });
    return port;
  }

  /**
   * Ends a session, or a request that never became one; what came for it and was not taken is given
   * up, and what comes later is dropped.
   */
  void detach(long sessionId) {
    Session session = sessions.remove(sessionId);
    if (session != null) {
      payloadOfEnded += session.datagrams().payloadSent();
      session.end("the session has ended");
    }
    ended.add(sessionId);
    early.removeIf(
        datagram -> {
          if (datagram.sessionId() != sessionId) {
            return false;
          }
          forget(datagram);
          gauges.earlyDropped().increment();
          return true;
        });
  }

  /** Tells a session of its stream; {@code false} while it is not attached. */
  boolean tell(long sessionId, StreamKind kind, QuicStreamPort port) {
    Session session = sessions.get(sessionId);
    if (session == null) {
      return false;
    }
    session.untaken().add(port);
    port.onceTaken(() -> session.untaken().remove(port));
    session.streams().tell(new TransportCommand.IncomingStream(kind, port));
    return true;
  }

  /** A datagram came. */
  void received(long sessionId, ByteString payload) {
    Session session = sessions.get(sessionId);
    if (session != null) {
      session.datagrams().deliver(payload);
    } else if (ended.contains(sessionId)) {
      gauges.droppedIncoming().increment();
    } else {
      hold(new Early(sessionId, payload, loop.nanoTime()));
    }
  }

  /** Bytes of datagrams of all its sessions, without their headers, that QUIC took. */
  long payloadSent() {
    long sent = payloadOfEnded;
    for (Session session : sessions.values()) {
      sent += session.datagrams().payloadSent();
    }
    return sent;
  }

  /** Whether no session is attached. */
  boolean isEmpty() {
    return sessions.isEmpty();
  }

  /** The path's limit may have changed. */
  void measure() {
    sessions.values().forEach(session -> session.datagrams().measure());
  }

  /** Ends every session: the connection is gone. */
  void close(String why) {
    sessions.values().forEach(session -> session.datagrams().close(why));
    sessions.clear();
    while (!early.isEmpty()) {
      drop();
    }
    if (expiry != null) {
      expiry.cancel(false);
      expiry = null;
    }
  }

  private void hold(Early datagram) {
    early.add(datagram);
    earlyBytes += datagram.payload().length();
    gauges.early().increment();
    while (early.size() > limits.earlyDatagrams() || earlyBytes > limits.earlyDatagramBytes()) {
      drop();
    }
    expireLater();
  }

  private void drop() {
    forget(early.remove());
    gauges.earlyDropped().increment();
  }

  private void forget(Early datagram) {
    earlyBytes -= datagram.payload().length();
    gauges.early().decrement();
  }

  private void expireLater() {
    Early oldest = early.peek();
    if (expiry == null && oldest != null) {
      long wait = oldest.arrivedNanos() + limits.earlyHold().toNanos() - loop.nanoTime();
      expiry = loop.timers().schedule(this::expire, Math.max(wait, 0));
    }
  }

  private void expire() {
    expiry = null;
    long deadline = loop.nanoTime() - limits.earlyHold().toNanos();
    Early oldest;
    while ((oldest = early.peek()) != null && oldest.arrivedNanos() - deadline <= 0) {
      drop();
    }
    expireLater();
  }
}
