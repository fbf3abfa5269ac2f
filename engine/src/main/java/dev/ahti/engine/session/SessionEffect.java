package dev.ahti.engine.session;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.wire.Capsule;
import java.util.OptionalInt;
import org.apache.pekko.util.ByteString;

/** What has to be done because of an input, in the order given. */
public sealed interface SessionEffect {

  /** Write a capsule on the CONNECT stream. */
  record SendCapsule(Capsule capsule) implements SessionEffect {
    public SendCapsule {
      requireNonNull(capsule, "capsule");
    }
  }

  /** Take a flow control capsule of the peer into account. */
  record ApplyFlow(Capsule capsule) implements SessionEffect {
    public ApplyFlow {
      requireNonNull(capsule, "capsule");
    }
  }

  /** End our half of the CONNECT stream with FIN, behind what was written. */
  record FinishConnect() implements SessionEffect {}

  /** Reset our half of the CONNECT stream, also if its FIN is already out. */
  record ResetConnect(long wireCode) implements SessionEffect {}

  /** Ask the peer to stop sending on the CONNECT stream, and read no more of it. */
  record StopConnect(long wireCode) implements SessionEffect {}

  /** Reset and stop all streams of the session, the early ones included, and open no more. */
  record EndStreams(long wireCode) implements SessionEffect {}

  /** Hand a datagram to the application. */
  record DeliverDatagram(ByteString payload) implements SessionEffect {
    public DeliverDatagram {
      requireNonNull(payload, "payload");
    }
  }

  /** The session is open. At most once. */
  record NotifyReady() implements SessionEffect {}

  /** The peer wants the session wound up. At most once. */
  record NotifyDraining() implements SessionEffect {}

  /**
   * The session was closed cleanly. At most once, and never besides {@link NotifyFailed}.
   *
   * @param code the closer's code, 0 to 2^32-1
   * @param reason the closer's words
   * @param byPeer whether the peer closed it
   */
  record NotifyClosed(long code, String reason, boolean byPeer) implements SessionEffect {
    public NotifyClosed {
      requireNonNull(reason, "reason");
    }
  }

  /**
   * The session could not be established or ended abruptly. At most once, and never besides {@link
   * NotifyClosed}.
   *
   * @param why for the application and for logs
   * @param status the HTTP status if the request was refused
   */
  record NotifyFailed(String why, OptionalInt status) implements SessionEffect {
    public NotifyFailed {
      requireNonNull(why, "why");
      requireNonNull(status, "status");
    }
  }
}
