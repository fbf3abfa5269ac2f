package dev.ahti.engine.spi;

import dev.ahti.engine.wire.StreamKind;

/**
 * The flow control of one session, as the ports of its streams see it (draft-ietf-webtrans-http3-16
 * 5). A port is {@linkplain StreamPort#flow bound} to it before anything moves; a session without
 * flow control has none, and its ports ask nobody.
 *
 * <p>Only body bytes count: no header of a stream, no FIN, nothing of the CONNECT stream. A port
 * asks before it hands bytes to the transport, and tells of bytes that come and go. All is called
 * on the loop but {@link #consumed}; nothing allocates or sends a message unless a limit is met or
 * raised.
 *
 * <p><b>Turns.</b> All streams of a session share one limit. Who asks for credit and gets none
 * waits in a line and is told when it is its turn; while somebody waits, credit goes to the first
 * in the line alone, and who has sent goes to its end. So each stream gets its turn, however little
 * the peer grants at a time. A transport that gives streams their turns by itself asks with one
 * sender for all streams of the session.
 */
public interface SessionFlow {

  /** Somebody who sends: a stream, or all of the session. */
  interface Sender {
    /** It is this one's turn: there is credit. On the loop, and not within {@link #credit}. */
    void creditAvailable();
  }

  /**
   * How many bytes may be sent now. When none, the sender waits in the line until it has {@link
   * #sent} something, or {@linkplain #leave leaves}.
   *
   * @param wanted above zero
   * @return at most {@code wanted}; good until control goes back to the loop
   */
  long credit(Sender sender, long wanted);

  /**
   * Bytes were handed to the transport.
   *
   * @param bytes above zero, at most what {@link #credit} has just given
   */
  void sent(Sender sender, long bytes);

  /** Bytes told as sent did not leave after all, and never will, as their stream was reset. */
  void unsent(long bytes);

  /** The sender has nothing to send any more: its half has ended. */
  void leave(Sender sender);

  /**
   * So many streams more have bytes and no credit, or fewer when negative. For a gauge only: a
   * sender may stand for many streams.
   */
  void waiting(int more);

  /** Bytes were read from the transport. */
  void received(long bytes);

  /**
   * Bytes that were received are gone: the application polled them, or nobody wants them. Any
   * thread.
   */
  void consumed(long bytes);

  /**
   * The receiving half ended without the peer's FIN, so what the peer has sent is not known: it may
   * be this much more than was received.
   *
   * @param atMost zero or more
   */
  void unseen(long atMost);

  /** A stream that the peer opened has ended in both directions. Once a stream. */
  void closed(StreamKind kind);
}
