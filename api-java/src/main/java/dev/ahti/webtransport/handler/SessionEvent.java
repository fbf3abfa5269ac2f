package dev.ahti.webtransport.handler;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * What happens in a session, as an actor is told it. Each event names its session, so that one
 * actor may have several.
 *
 * <p><b>Demand.</b> After a {@link StreamData} nothing more comes of that stream until it is
 * {@linkplain StreamData#acknowledge acknowledged}, nor is it asked of the peer, whose window then
 * closes. The end of a stream that the peer opened is to be {@linkplain StreamClosed#acknowledge
 * acknowledged} too: at most {@code ahti.session.handler.unacknowledged-streams} have ended ahead
 * of that, then none is taken, and the peer can open no more than its limit. Of datagrams at most
 * {@code ahti.session.handler.unacknowledged-datagrams} are told ahead; more wait in the session,
 * within its bounds for datagrams.
 */
public sealed interface SessionEvent {

  /** The session that it happened in; takes commands and messages. */
  ActorRef<SessionMessage> session();

  /** The first event: the session is established. */
  record Opened(ActorRef<SessionMessage> session, HandledSession handled) implements SessionEvent {}

  /**
   * A stream that this side opened by a command is there.
   *
   * @param tag that of the command
   */
  record StreamOpened(ActorRef<SessionMessage> session, SessionStream stream, Object tag)
      implements SessionEvent {}

  /**
   * Bytes came on a stream; the first of a stream that the peer opened are how it is known.
   *
   * @param data at least one byte, in chunks of whatever size they came
   */
  record StreamData(ActorRef<SessionMessage> session, SessionStream stream, ByteString data)
      implements SessionEvent {

    /** Says that these bytes have been dealt with: the stream is read on. */
    public void acknowledge() {
      session.tell(new SessionMessage.AcknowledgeStream(stream));
    }

    @Override
    public String toString() {
      return "StreamData[" + stream + ", " + data.length() + " bytes]";
    }
  }

  /**
   * The last bytes of a stream; it is its {@link StreamClosed} that has to be acknowledged.
   *
   * @param data empty when the end came alone
   */
  record StreamFin(ActorRef<SessionMessage> session, SessionStream stream, ByteString data)
      implements SessionEvent {
    @Override
    public String toString() {
      return "StreamFin[" + stream + ", " + data.length() + " bytes]";
    }
  }

  /** A datagram came, which may be empty. */
  record Datagram(ActorRef<SessionMessage> session, ByteString data) implements SessionEvent {

    /** Says that a datagram has been dealt with: one more may come. */
    public void acknowledge() {
      session.tell(SessionMessage.AcknowledgeDatagram.INSTANCE);
    }

    @Override
    public String toString() {
      return "Datagram[" + data.length() + " bytes]";
    }
  }

  /** Nothing waits any more on a stream for which a command to send was refused. */
  record StreamWritable(ActorRef<SessionMessage> session, SessionStream stream)
      implements SessionEvent {}

  /** A stream is over: {@link WebTransportHandler#onStreamClosed}. */
  record StreamClosed(ActorRef<SessionMessage> session, SessionStream stream, StreamEnd end)
      implements SessionEvent {

    /**
     * Says that all of the stream has been dealt with: another one of the peer may come. Of a
     * stream that this side opened it says nothing, and may be left out.
     */
    public void acknowledge() {
      session.tell(new SessionMessage.AcknowledgeEnd(stream));
    }
  }

  /** A message of the application, told to the session. */
  record Info(ActorRef<SessionMessage> session, Object message) implements SessionEvent {}

  /** The peer asks to come to an end; the session goes on. */
  record Draining(ActorRef<SessionMessage> session) implements SessionEvent {}

  /** A command could not be done; it changed nothing. */
  record ActionFailed(ActorRef<SessionMessage> session, SessionCommand command, Throwable reason)
      implements SessionEvent {}

  /** The last event. An actor that was made for the session is stopped behind it. */
  record Ended(ActorRef<SessionMessage> session, SessionEnd end) implements SessionEvent {}
}
