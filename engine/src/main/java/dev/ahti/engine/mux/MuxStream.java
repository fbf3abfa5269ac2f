package dev.ahti.engine.mux;

import dev.ahti.engine.flow.StreamWindows;
import dev.ahti.engine.schedule.SendPriority;
import dev.ahti.engine.wire.StreamKind;

/**
 * One stream of a session (RFC 9000 3; where QUIC waits for an acknowledgement the transition is
 * made at once).
 *
 * <pre>
 *   send half:     OPEN --FIN written----------------------------------------&gt; ENDED
 *                    +----reset here, or stopped by the peer---&gt; RESETTING ---&gt; ENDED
 *                                                    WT_RESET_STREAM written
 *
 *   receive half:  OPEN --FIN or WT_RESET_STREAM read------------------------&gt; ENDED
 * </pre>
 *
 * <p>That we told the peer to stop, or it us, is a mark on an open half and no state: its end is
 * still to come, and what arrives before it still counts. {@link MuxStreams} forgets the stream
 * when both halves have ended and all that came was consumed.
 */
final class MuxStream extends Sender {
  enum Half {
    /** A unidirectional stream has one half only. */
    ABSENT,
    OPEN,
    /** The send half only: the reset is decided, and not written yet. */
    RESETTING,
    ENDED;

    boolean isOver() {
      return this == ABSENT || this == ENDED;
    }
  }

  final long id;
  final boolean ours;
  final StreamWindows windows;

  // The send half.
  Half send;

  /** Bytes that the owner holds to be sent. */
  long waiting;

  /** Whether the end is to follow the bytes that wait. */
  boolean finishing;

  /** Whether the peer told us to stop. */
  boolean peerStopped;

  /** Whether the peer has to be told that it is there. */
  boolean unannounced;

  // The receive half.
  Half receive;

  /** Whether a WT_STREAM capsule of it has come. */
  boolean begun;

  /** Whether we told the peer to stop. */
  boolean stopped;

  /** Bytes that were handed to the owner, who has not consumed them. */
  long unconsumed;

  // What the peer is still to be told, see ControlQueue.
  boolean stopDue;
  boolean resetDue;
  boolean creditDue;
  long stopCode;
  long resetCode;

  MuxStream(long id, boolean ours, StreamWindows windows, SendPriority priority) {
    super(priority);
    this.id = id;
    this.ours = ours;
    this.windows = windows;
    boolean both = StreamIds.kind(id) == StreamKind.BIDIRECTIONAL;
    this.send = both || ours ? Half.OPEN : Half.ABSENT;
    this.receive = both || !ours ? Half.OPEN : Half.ABSENT;
  }

  StreamKind kind() {
    return StreamIds.kind(id);
  }

  @Override
  boolean needsNoCredit() {
    return send == Half.OPEN && (unannounced || (finishing && waiting == 0));
  }

  boolean isOver() {
    return send.isOver() && receive.isOver() && unconsumed == 0;
  }

  boolean hasControl() {
    return stopDue || resetDue || creditDue;
  }

  @Override
  public String toString() {
    return "stream " + id;
  }
}
