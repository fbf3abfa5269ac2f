package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.ConnectResponse;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.StreamKind;

/** What others tell a session's actor. */
sealed interface SessionCommand extends SessionActor.Command {

  /** Somebody waits for a stream; see {@link SessionPromises#opens}. */
  enum Open implements SessionCommand {
    BIDIRECTIONAL(StreamKind.BIDIRECTIONAL),
    UNIDIRECTIONAL(StreamKind.UNIDIRECTIONAL);

    private final StreamKind kind;

    Open(StreamKind kind) {
      this.kind = kind;
    }

    StreamKind kind() {
      return kind;
    }

    static Open of(StreamKind kind) {
      return kind == StreamKind.BIDIRECTIONAL ? BIDIRECTIONAL : UNIDIRECTIONAL;
    }
  }

  /** The peer allows more streams. */
  record StreamsAvailable(StreamKind kind) implements SessionCommand {}

  /** The session's limit allows no stream of this kind; {@link StreamsAvailable} follows. */
  record OpenBlocked(StreamKind kind) implements SessionCommand {}

  /** Our windows have something to tell the peer. */
  record TellFlow(Capsule capsule) implements SessionCommand {}

  /** The peer broke a limit of the session. */
  record FlowViolated(Violation violation) implements SessionCommand {}

  /** The peer opened a stream. */
  record Incoming(StreamKind kind, StreamPort port) implements SessionCommand {}

  /** The peer opened a stream before the session was seen, and it was rejected. */
  record RejectedBefore(EarlyRejection rejection) implements SessionCommand {}

  /** A send group is to be made. */
  record MakeGroup(long group, GroupSums sums) implements SessionCommand {}

  /** For a send group. */
  record ToGroup(long group, GroupActor.Command command) implements SessionCommand {}

  /** The peer is expected to have so many streams of a kind open at a time. */
  record Anticipate(StreamKind kind, int streams) implements SessionCommand {}

  /** Closes the session. */
  record Close(long code, String reason) implements SessionCommand {}

  /** Asks the peer to wind up. */
  enum Drain implements SessionCommand {
    INSTANCE
  }

  /** Ends the session without a CLOSE. */
  record Abort(long wireCode, String why) implements SessionCommand {}

  /** Somebody waits for statistics; see {@link SessionPromises#stats}. */
  enum ReadStats implements SessionCommand {
    INSTANCE
  }

  /** Somebody waits to know how it is; see {@link SessionPromises#info}. */
  enum ReadInfo implements SessionCommand {
    INSTANCE
  }

  /** Somebody waits until nothing waits to be sent; see {@link SessionSending}. */
  enum Sending implements SessionCommand {
    INSTANCE
  }

  /** A stream has sent what it had, or is gone. */
  record StreamSent(String name) implements SessionCommand {}

  /** No datagram waits to be sent. */
  enum DatagramsSent implements SessionCommand {
    INSTANCE
  }

  /** The final answer to a client's request. */
  record Answered(ConnectResponse.Reading answer) implements SessionCommand {}

  /** The peer sent GOAWAY. */
  enum PeerGoingAway implements SessionCommand {
    INSTANCE
  }

  /** The connection is gone. */
  record ConnectionLost(String why) implements SessionCommand {}

  /**
   * The transport gives the session nothing more, behind the streams that came over the
   * connection's actor.
   */
  enum Released implements SessionCommand {
    INSTANCE
  }
}
