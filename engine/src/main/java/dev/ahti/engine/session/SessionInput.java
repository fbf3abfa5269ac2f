package dev.ahti.engine.session;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.error.Violation;
import dev.ahti.engine.wire.Capsule;

/** What can happen to a session. */
public sealed interface SessionInput {

  /** The answer 2xx has come (client) or goes out right before the effects (server). */
  record Established() implements SessionInput {}

  /**
   * The request is refused: the answer has come (client) or goes out right before the effects,
   * without FIN (server).
   *
   * @param status the HTTP status
   * @param why for the application and for logs
   */
  record Refused(int status, String why) implements SessionInput {
    public Refused {
      requireNonNull(why, "why");
    }
  }

  /** A capsule was read from the CONNECT stream. */
  record CapsuleReceived(Capsule capsule) implements SessionInput {
    public CapsuleReceived {
      requireNonNull(capsule, "capsule");
    }
  }

  /** The peer broke a rule of the session. */
  record Violated(Violation violation) implements SessionInput {
    public Violated {
      requireNonNull(violation, "violation");
    }
  }

  /** The peer ended its half of the CONNECT stream with FIN, between capsules. */
  record PeerFinished() implements SessionInput {}

  /**
   * The peer reset its half of the CONNECT stream, or stopped ours.
   *
   * @param code the HTTP/3 code
   */
  record PeerReset(long code) implements SessionInput {}

  /** The peer sent GOAWAY on the connection. */
  record PeerGoAway() implements SessionInput {}

  /** The connection is gone and nothing can be sent. */
  record ConnectionLost(String why) implements SessionInput {
    public ConnectionLost {
      requireNonNull(why, "why");
    }
  }

  /**
   * The application closes the session.
   *
   * @param code 0 to 2^32-1
   * @param reason any length; what goes out is cut to 1024 bytes of UTF-8
   */
  record LocalClose(long code, String reason) implements SessionInput {
    public LocalClose {
      requireNonNull(reason, "reason");
      if (code < 0 || code > 0xffff_ffffL) {
        throw new IllegalArgumentException("code: " + code + " (expected: 0 to 4294967295)");
      }
    }
  }

  /** Our windows have something to tell the peer: a grant, or that we are blocked. */
  record LocalFlow(Capsule capsule) implements SessionInput {
    public LocalFlow {
      requireNonNull(capsule, "capsule");
    }
  }

  /** The application asks the peer to wind the session up. */
  record LocalDrain() implements SessionInput {}

  /**
   * The session ends without ceremony: its handler threw, its actor stopped, or a timer ran out.
   *
   * @param wireCode the HTTP/3 code for the CONNECT stream
   * @param why for the application and for logs
   */
  record LocalAbort(long wireCode, String why) implements SessionInput {
    public LocalAbort {
      requireNonNull(why, "why");
    }
  }
}
