package dev.ahti.transport.netty.quic;

import dev.ahti.transport.netty.loop.NettyLoop;
import java.time.Duration;

/**
 * The FIN of one stream that has no bytes to ride on, as they have left before it. It waits until
 * they are acknowledged.
 *
 * <p>quiche takes a sending half for done once all bytes are acknowledged, be the FIN or not
 * (quiche issue 2525). A FIN that follows its bytes in a packet of its own is not sent again when
 * that packet gets lost and they come: the peer waits for the end for ever. A FIN that is told
 * after them is sent again until it is acknowledged. It costs a round trip, and only where the end
 * was not known when the last bytes left.
 *
 * <p>The library does not tell what is acknowledged, but whether anything is under way: while the
 * congestion window is all free, nothing is. On a busy connection it never is; there the FIN leaves
 * when a packet comes after the time that an acknowledgement takes, as each tells of all before it.
 * Where none comes it leaves after a second: what is not acknowledged then is sent again, with the
 * FIN in the same frame. Loop only.
 */
final class LoneFin {
  /** How long a peer may hold an acknowledgement back (RFC 9000 18.2, max_ack_delay). */
  private static final long ACK_DELAY_NANOS = Duration.ofMillis(25).toNanos();

  /** How long nothing may come; what the library sends again meanwhile needs no FIN. */
  private static final long SILENCE_NANOS = Duration.ofSeconds(1).toNanos();

  /** What is known of a connection. */
  interface Connection {
    /** Whether nothing that it sent waits for an acknowledgement. */
    boolean idle();

    /** How many packets have come. */
    long packetsReceived();

    /** The round-trip time, in nanoseconds. */
    long roundTripNanos();
  }

  private final NettyLoop loop;
  private final LoneFins waiting;
  private final Connection connection;
  private final Runnable ask;
  private long sendCount = -1;
  private long bytesAt;
  private boolean waits;
  private boolean over;

  /**
   * For one stream.
   *
   * @param waiting those of its connection
   * @param connection of the stream
   * @param ask has the stream write again
   */
  LoneFin(NettyLoop loop, LoneFins waiting, Connection connection, Runnable ask) {
    this.loop = loop;
    this.waiting = waiting;
    this.connection = connection;
    this.ask = ask;
  }

  /** Bytes of the stream were handed to QUIC. */
  void behindBytes() {
    sendCount = loop.sendCount();
    bytesAt = loop.nanoTime();
  }

  /** Whether it may leave now; else the stream is asked to write again when it may. */
  boolean mayLeave() {
    if (over || sendCount < 0 || sendCount == loop.sendCount()) {
      // Where the bytes have not left, it rides on them.
      return true;
    }
    if (waits) {
      return false;
    }
    // Twice a round trip, as that differs from packet to packet.
    long acknowledged = bytesAt + 2 * connection.roundTripNanos() + ACK_DELAY_NANOS;
    long latest = acknowledged + SILENCE_NANOS;
    if (latest - loop.nanoTime() <= 0 || connection.idle()) {
      return true;
    }
    waits = true;
    waiting.add(this, acknowledged, latest);
    return false;
  }

  /** The stream's connection. */
  Connection connection() {
    return connection;
  }

  /** It need not wait longer. */
  void leave() {
    if (!over) {
      over = true;
      ask.run();
    }
  }

  /** The sending half has ended. */
  void end() {
    over = true;
  }

  /** Whether nothing waits here. */
  boolean isOver() {
    return over;
  }
}
