package dev.ahti.engine.spi;

import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import java.util.Map;

/** What a transport actor tells its connection, in the order in which it happened. */
public sealed interface TransportEvent {

  /**
   * The peer's SETTINGS, all identifiers kept. Comes once, but over HTTP/2, where SETTINGS may
   * change: then again with all that hold now. Streams are independent of each other, so {@link
   * StreamArrived} and {@link RequestReceived} may come before.
   */
  record PeerSettings(Map<Long, Long> settings) implements TransportEvent {}

  /**
   * A request's header came (server side). Its body waits in the port, unread.
   *
   * @param id the request stream's id, which is the session id of a WebTransport request
   */
  record RequestReceived(long id, Fields fields, StreamPort body) implements TransportEvent {}

  /**
   * A response's header came (client side), final or informational.
   *
   * @param id as in {@link TransportCommand.Request}'s answer
   */
  record ResponseReceived(long id, Fields fields) implements TransportEvent {}

  /**
   * The peer opened a stream for a session that is not attached: not yet seen, or gone. Streams of
   * attached sessions go to the session itself. The port is unread; who gets it must use or reject
   * it.
   */
  record StreamArrived(long sessionId, StreamKind kind, StreamPort port)
      implements TransportEvent {}

  /** More streams of a kind may be opened now. */
  record StreamsAvailable(StreamKind kind) implements TransportEvent {}

  /**
   * The connection goes on, but not for ever: it should get no more sessions.
   *
   * @param why what it is short of
   */
  record WornOut(String why) implements TransportEvent {}

  /** The peer sent GOAWAY. */
  record PeerGoAway(long id) implements TransportEvent {}

  /**
   * The connection is gone; the last event.
   *
   * @param code the code of the closing side, or 0
   * @param reason its text, or what the transport says (time-out, reset)
   * @param byPeer whether the peer closed it
   */
  record ConnectionClosed(long code, String reason, boolean byPeer) implements TransportEvent {}
}
