package dev.ahti.engine.spi;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.flow.SessionLimits;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import java.util.Optional;
import org.apache.pekko.actor.DeadLetterSuppression;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * What a connection asks of its transport actor. The actor may be gone already, as it stops with
 * its connection: that is no lost message worth a log entry.
 */
public sealed interface TransportCommand extends DeadLetterSuppression {

  /** Opens a request stream and sends this header (client side); the stream stays open. */
  record Request(Fields fields, ActorRef<RequestStarted> replyTo) implements TransportCommand {}

  /**
   * Answers a request (server side).
   *
   * @param body sent when not empty
   * @param end whether the stream ends with it; a session's stays open
   */
  record Respond(long id, Fields fields, ByteString body, boolean end)
      implements TransportCommand {}

  /** Resets and stops a request stream with a code. */
  record RejectRequest(long id, long code) implements TransportCommand {}

  /**
   * From now on the session's streams go to {@code streams} and its datagrams to the port in the
   * answer, those first that the transport held early. Over HTTP/2 the body of its request holds
   * capsules from now on, and those of streams and datagrams do not come out of it any more.
   *
   * @param dialect what the session speaks
   */
  record AttachSession(
      long sessionId,
      Dialect dialect,
      ActorRef<IncomingStream> streams,
      ActorRef<SessionAttached> replyTo)
      implements TransportCommand {}

  /**
   * The session is over: late datagrams are dropped, late streams told to the connection. The
   * answer comes behind the last stream that the session is given.
   */
  record DetachSession(long sessionId, ActorRef<SessionDetached> replyTo)
      implements TransportCommand {}

  /** Opens a stream of a session; its header goes out before its first byte or its end. */
  record OpenStream(long sessionId, StreamKind kind, ActorRef<OpenResult> replyTo)
      implements TransportCommand {}

  /**
   * The peer of a session is expected to have so many streams of a kind open at a time. A transport
   * that keeps the windows of sessions allows it as many; others do nothing.
   *
   * @param streams 0 to 65535; fewer than configured count as that many
   */
  record AnticipateStreams(long sessionId, StreamKind kind, int streams)
      implements TransportCommand {}

  /** Tells the peer that no more requests are taken (GOAWAY). */
  enum GoAway implements TransportCommand {
    INSTANCE
  }

  /**
   * Closes the connection; {@link TransportEvent.ConnectionClosed} follows.
   *
   * @param code an HTTP/3 code
   */
  record CloseConnection(long code, String reason) implements TransportCommand {}

  /**
   * Runs a task on the loop behind everything that was told before; not at all when the connection
   * is gone.
   */
  record Then(Runnable task) implements TransportCommand {}

  /** Asks for the connection's counters. */
  record GetStats(ActorRef<ConnectionStats> replyTo) implements TransportCommand {}

  /** Asks for the limits of an attached session. */
  record GetLimits(long sessionId, ActorRef<Limits> replyTo) implements TransportCommand {}

  /** A stream that the peer opened for an attached session. */
  record IncomingStream(StreamKind kind, StreamPort port) {}

  /** Answer to {@link Request}. */
  sealed interface RequestStarted {

    /** The header is on its way; the response comes as an event with this id. */
    record Started(long id, StreamPort body) implements RequestStarted {}

    /** No request stream could be opened. */
    record Failed(String why) implements RequestStarted {}
  }

  /** Answer to {@link AttachSession}. */
  record SessionAttached(DatagramPort datagrams) {}

  /** Answer to {@link DetachSession}: nothing is told to the session any more. */
  record SessionDetached(long sessionId) {}

  /**
   * Answer to {@link GetLimits}.
   *
   * @param limits empty unless the transport keeps the windows of sessions, and for one that is
   *     over
   */
  record Limits(Optional<SessionLimits> limits) {}

  /** Answer to {@link OpenStream}. */
  sealed interface OpenResult {

    /** The stream; its header is queued. */
    record Opened(StreamKind kind, StreamPort port) implements OpenResult {}

    /** The peer allows no more streams of this kind now. */
    record LimitReached(StreamKind kind) implements OpenResult {}

    /** The stream cannot be opened any more. */
    record Failed(StreamKind kind, String why) implements OpenResult {}
  }
}
