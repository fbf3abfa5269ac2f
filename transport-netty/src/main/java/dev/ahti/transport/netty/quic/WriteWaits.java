package dev.ahti.transport.netty.quic;

import dev.ahti.transport.netty.loop.NettyLoop;
import io.netty.channel.ChannelFuture;
import org.jspecify.annotations.Nullable;

/** What the writes of one stream wait for, and since when. Loop only. */
final class WriteWaits {
  private enum Awaits {
    NOTHING,
    ROOM,
    CREDIT
  }

  private final NettyLoop loop;
  private final ConnectionPorts ports;
  private final StreamTurns turns;
  private @Nullable ChannelFuture foreign;
  private Awaits awaits = Awaits.NOTHING;
  private long since;

  WriteWaits(NettyLoop loop, ConnectionPorts ports, StreamTurns turns) {
    this.loop = loop;
    this.ports = ports;
    this.turns = turns;
  }

  /** Something was written. */
  void over() {
    awaits = Awaits.NOTHING;
  }

  /** The session's limit holds bytes back; asking again for them does not begin the wait anew. */
  void forCredit() {
    await(Awaits.CREDIT);
  }

  /** QUIC takes nothing; asking again does not begin the wait anew. */
  void forRoom() {
    await(Awaits.ROOM);
  }

  private void await(Awaits what) {
    if (awaits != what) {
      awaits = what;
      begin();
    }
  }

  /** A wait begins now. */
  void begin() {
    since = loop.nanoTime();
    ports.waiting();
  }

  /** Something was written on the stream that is not its half's. */
  void forWrite(ChannelFuture written) {
    if (!written.isDone()) {
      foreign = written;
      begin();
    }
  }

  /**
   * For how long the peer has taken nothing; negative when nothing waits for it.
   *
   * @param parked whether Netty has bytes that QUIC does not take
   * @param limit that of the stream's session, if it has met it
   */
  long nanos(long now, boolean parked, @Nullable SessionLimit limit) {
    if (parked || (foreign != null && !foreign.isDone())) {
      return now - since;
    }
    // While others of the connection, or of the session, are taken, the peer does take something.
    return switch (awaits) {
      case NOTHING -> -1;
      case ROOM -> now - Math.max(since, turns.progress(null));
      case CREDIT -> now - Math.max(since, turns.progress(limit));
    };
  }
}
