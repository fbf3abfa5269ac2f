package dev.ahti.webtransport;

import org.apache.pekko.NotUsed;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A stream, or the half of one, that the peer writes.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#receive-stream">W3C WebTransport</a>
 */
@DoNotInherit
public interface WebTransportReceiveStream {

  /**
   * The bytes, in order, in chunks of whatever size they came (at least 1 byte). The peer may send
   * only as far as the consumer asks, plus the transport's window.
   *
   * <p>Completes at the peer's FIN. Fails with a {@link WebTransportError} when the peer resets the
   * stream (its code is {@link WebTransportError#streamErrorCode()}) or the session ends.
   * Cancelled, the peer is told to stop (STOP_SENDING), with the code of a {@link
   * WebTransportError} that is the cancellation's cause, else 0. Can be materialized once; a second
   * time fails with an {@link IllegalStateException}.
   */
  Source<ByteString, NotUsed> source();

  /**
   * Tells the peer to stop sending, drops what was received, and fails the source with a {@link
   * WebTransportError} of this code. When the peer's FIN has come, only the peer hears nothing.
   * Does nothing once every byte before the end was read.
   *
   * @param code 0 to 2^32-1; others are clamped
   */
  void cancel(long code);
}
