package dev.ahti.webtransport;

import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.util.ByteString;

/**
 * Sends datagrams call by call. The writable is locked until {@link #releaseLock()}. Works while
 * the session is connecting: datagrams wait within the same bounds and are sent once it is there.
 *
 * <p>Who writes on while a write's stage is not complete loses datagrams, which ones says the
 * writable's {@linkplain WebTransportDatagramsWritable#policy() policy}; nothing piles up. All
 * methods may be called from any thread; stages complete on the caller's or on the connection's
 * event loop, where code must not block.
 *
 * @see WebTransportDatagramsWritable#getWriter()
 */
@DoNotInherit
public interface WebTransportDatagramsWriter {

  /**
   * Sends a datagram. One that is longer than {@link
   * WebTransportDatagramDuplexStream#maxDatagramSize()} is dropped in silence.
   *
   * @return completes at once while fewer than {@link
   *     WebTransportDatagramDuplexStream#outgoingMaxBufferedDatagrams()} wait, else when this one
   *     was sent or dropped. Fails with a {@link WebTransportTypeException} when the writable or
   *     the session was closed, with what the session failed with, and with what the writable was
   *     aborted with, also while it waits
   */
  CompletionStage<Done> write(ByteString datagram);

  /**
   * Sends a datagram, for those who want to know what became of it; else as {@link #write}. Not of
   * the W3C text.
   */
  CompletionStage<WebTransportDatagramResult> send(ByteString datagram);

  /**
   * Completes when {@link #desiredSize()} is above 0, and when the writable or the session is
   * closed; fails with what ended them otherwise, and with a {@link WebTransportTypeException} once
   * this writer was released.
   */
  CompletionStage<Done> ready();

  /**
   * How many more datagrams may wait before one is dropped; 0 when closed, empty when the session
   * has failed or the writable was aborted.
   *
   * @throws WebTransportTypeException once this writer was released
   */
  OptionalInt desiredSize();

  /**
   * Closes the writable: nothing can be written to it any more, by a later writer neither. The
   * session's datagrams go on, and another writable can be made.
   *
   * @return completes when what writers wrote was sent or dropped. Fails with a {@link
   *     WebTransportTypeException} when the writable or the session has ended, and with the reason
   *     when it is aborted meanwhile
   */
  CompletionStage<Done> close();

  /**
   * Ends the writable for a reason, as {@link WebTransportDatagramsWritable#abort}.
   *
   * @return fails with a {@link WebTransportTypeException} once this writer was released
   */
  CompletionStage<Done> abort(Throwable reason);

  /**
   * Completes when {@link #close()} does, or the session was closed; fails with what the session
   * failed with, with what the writable was aborted with, and with a {@link
   * WebTransportTypeException} when the lock is released before.
   */
  CompletionStage<Done> closed();

  /**
   * Gives the writable back; calls of this writer fail with a {@link WebTransportTypeException}.
   */
  void releaseLock();
}
