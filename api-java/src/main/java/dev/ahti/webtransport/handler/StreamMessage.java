package dev.ahti.webtransport.handler;

import org.apache.pekko.util.ByteString;

/**
 * What can be told to {@linkplain SessionStream#ref() one stream}, from anywhere in the
 * application: the commands for a stream without its name. What cannot be done is told to the
 * session's program, as of any command ({@link SessionEvent.ActionFailed}).
 */
public sealed interface StreamMessage
    permits StreamMessage.Send,
        StreamMessage.SendFin,
        StreamMessage.Close,
        StreamMessage.Reset,
        StreamMessage.StopSending,
        StreamActor.Over {

  /** Sends bytes: {@link SessionCommand.Send}. */
  record Send(ByteString bytes) implements StreamMessage {
    @Override
    public String toString() {
      return "Send[" + bytes.length() + " bytes]";
    }
  }

  /** Sends the last bytes: {@link SessionCommand.SendFin}. */
  record SendFin(ByteString bytes) implements StreamMessage {
    @Override
    public String toString() {
      return "SendFin[" + bytes.length() + " bytes]";
    }
  }

  /** Sends FIN: {@link SessionCommand.CloseStream}. */
  enum Close implements StreamMessage {
    /** There is one way to do it. */
    INSTANCE
  }

  /**
   * Resets what this side sends: {@link SessionCommand.ResetStream}.
   *
   * @param code 0 to 2^32-1; others are clamped
   */
  record Reset(long code) implements StreamMessage {}

  /**
   * Asks the peer to stop: {@link SessionCommand.StopSending}.
   *
   * @param code 0 to 2^32-1; others are clamped
   */
  record StopSending(long code) implements StreamMessage {}
}
