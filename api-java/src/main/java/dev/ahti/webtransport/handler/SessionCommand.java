package dev.ahti.webtransport.handler;

import static java.util.Objects.requireNonNull;

import dev.ahti.webtransport.WebTransportCloseInfo;
import dev.ahti.webtransport.WebTransportSendStreamOptions;
import org.apache.pekko.util.ByteString;

/**
 * What a session is to do. Commands of one callback, and those of one sender, are done in their
 * order. One that cannot be done changes nothing, and is told by {@link
 * WebTransportHandler#onActionFailed} or {@link SessionEvent.ActionFailed}.
 */
public sealed interface SessionCommand extends SessionMessage {

  /**
   * Sends bytes on a stream. What the stream cannot take yet waits, of each stream at most {@code
   * ahti.session.handler.send-queue}; a command whose bytes would be above that fails with a {@link
   * dev.ahti.webtransport.WebTransportQuotaExceededException}, unless nothing waits before them.
   */
  record Send(SessionStream stream, ByteString bytes) implements SessionCommand {
    @Override
    public String toString() {
      return "Send[" + stream + ", " + bytes.length() + " bytes]";
    }
  }

  /** Sends bytes as {@link Send} does, the last ones: FIN goes behind them. */
  record SendFin(SessionStream stream, ByteString bytes) implements SessionCommand {
    @Override
    public String toString() {
      return "SendFin[" + stream + ", " + bytes.length() + " bytes]";
    }
  }

  /**
   * Sends a datagram. It fails, with a {@link dev.ahti.webtransport.WebTransportRangeException},
   * when it is longer than {@link
   * dev.ahti.webtransport.WebTransportDatagramDuplexStream#maxDatagramSize}; that one is lost, too
   * old, or has to make room for a newer one is the way of datagrams, and no failure.
   */
  record SendDatagram(ByteString bytes) implements SessionCommand {
    @Override
    public String toString() {
      return "SendDatagram[" + bytes.length() + " bytes]";
    }
  }

  /**
   * Opens a stream, which {@link WebTransportHandler#onStreamOpened} or {@link
   * SessionEvent.StreamOpened} tells.
   *
   * @param tag comes back with the stream, to tell what it was opened for
   * @param options where it stands, and whether it waits for the peer's limit of streams
   */
  record OpenStream(SessionStream.Kind kind, Object tag, WebTransportSendStreamOptions options)
      implements SessionCommand {
    private static final WebTransportSendStreamOptions WAITING =
        WebTransportSendStreamOptions.create().withWaitUntilAvailable(true);

    /** Checks that nothing is missing. */
    public OpenStream {
      requireNonNull(kind, "kind");
      requireNonNull(tag, "tag");
      requireNonNull(options, "options");
    }

    /** One that both sides write. While the peer's limit allows none, it waits. */
    public static OpenStream bidirectional(Object tag) {
      return new OpenStream(SessionStream.Kind.BIDIRECTIONAL, tag, WAITING);
    }

    /** One that only this side writes. While the peer's limit allows none, it waits. */
    public static OpenStream unidirectional(Object tag) {
      return new OpenStream(SessionStream.Kind.UNIDIRECTIONAL, tag, WAITING);
    }
  }

  /** Sends FIN behind what was sent: this side writes no more; the peer may. */
  record CloseStream(SessionStream stream) implements SessionCommand {}

  /**
   * Resets what this side writes of a stream; what waits is dropped.
   *
   * @param code 0 to 2^32-1; others are clamped
   */
  record ResetStream(SessionStream stream, long code) implements SessionCommand {}

  /**
   * Asks the peer to stop sending on a stream; what has come and was not delivered is dropped.
   *
   * @param code 0 to 2^32-1; others are clamped
   */
  record StopSending(SessionStream stream, long code) implements SessionCommand {}

  /** Tells the peer that this side wants to come to an end; the session goes on. */
  enum Drain implements SessionCommand {
    /** There is one way to do it. */
    INSTANCE
  }

  /**
   * Closes the session. Its streams are reset: what waits to be sent is lost. Nothing is delivered
   * any more but the end.
   *
   * @param code 0 to 2^32-1
   * @param reason at most 1024 bytes of UTF-8 travel
   */
  record CloseSession(long code, String reason) implements SessionCommand {

    /** Checks the code. */
    public CloseSession {
      // The one check there is of a code and a reason.
      new WebTransportCloseInfo(code, reason);
    }
  }

  /**
   * Ends what runs the session, and the session with it: the end is told at once, as {@link
   * SessionEnd.Stopped}, then the session is closed with code 0 and this reason.
   */
  record Stop(String reason) implements SessionCommand {

    /** Checks that there is a reason, which may be empty. */
    public Stop {
      requireNonNull(reason, "reason");
    }
  }
}
