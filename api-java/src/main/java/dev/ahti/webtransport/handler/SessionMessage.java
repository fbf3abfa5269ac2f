package dev.ahti.webtransport.handler;

import org.apache.pekko.actor.DeadLetterSuppression;

/**
 * What can be told to a session that a {@link SessionProgram} runs, from anywhere in the
 * application: a {@linkplain SessionCommand command}, a message of the application's own, or that a
 * message has been dealt with. What comes behind the session's end is a dead letter, but for the
 * last.
 *
 * <p>The application's messages wait in the mailbox of the session's actor, as with any actor; it
 * is the application that bounds them. What the peer sends waits in the transport.
 */
public sealed interface SessionMessage
    permits SessionCommand,
        SessionMessage.Info,
        SessionMessage.AcknowledgeStream,
        SessionMessage.AcknowledgeEnd,
        SessionMessage.AcknowledgeDatagram,
        SessionHost.Signal {

  /**
   * A message of the application: {@link WebTransportHandler#onInfo}, {@link SessionEvent.Info}.
   */
  record Info(Object message) implements SessionMessage {}

  /**
   * An actor has dealt with what came of a stream, which is read on. When bytes that were sent on
   * the same stream wait, it is read on once they do not any more.
   */
  record AcknowledgeStream(SessionStream stream) implements SessionMessage, DeadLetterSuppression {}

  /**
   * An actor has dealt with the end of a stream that the peer opened, and so with all of it:
   * another one may come.
   */
  record AcknowledgeEnd(SessionStream stream) implements SessionMessage, DeadLetterSuppression {}

  /** An actor has dealt with a datagram. */
  enum AcknowledgeDatagram implements SessionMessage, DeadLetterSuppression {
    /** It does not matter which. */
    INSTANCE
  }
}
