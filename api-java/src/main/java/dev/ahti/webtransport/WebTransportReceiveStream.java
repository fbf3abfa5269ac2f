package dev.ahti.webtransport;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A stream, or the half of one, that the peer writes. It is read with a {@link #source()}, or call
 * by call with a reader. Either takes the stream: while one has it, the other is refused.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#receive-stream">W3C WebTransport, section 9</a>
 */
@DoNotInherit
public interface WebTransportReceiveStream {

  /**
   * The bytes, in order, in chunks of whatever size they came (at least 1 byte). The peer may send
   * only as far as the consumer asks, plus the transport's window.
   *
   * <p>Completes at the peer's FIN. Fails with a {@link WebTransportError} when the peer resets the
   * stream (its code is {@link WebTransportError#streamErrorCode()}) or the session ends, with a
   * {@link WebTransportAbortException} when it is this side that closes it. Cancelled, the peer is
   * told to stop (STOP_SENDING), with the code of a {@link WebTransportError} that is the
   * cancellation's cause, else 0. Can be materialized once; a second time, and while a reader has
   * the stream, fails with an {@link IllegalStateException}.
   */
  Source<ByteString, NotUsed> source();

  /**
   * Takes the stream, to read it call by call.
   *
   * @throws WebTransportTypeException when it is {@link #locked()}
   */
  WebTransportReceiveStreamReader getReader();

  /** Whether a reader has the stream, or the source was materialized. */
  boolean locked();

  /**
   * Tells the peer to stop sending, drops what was received, and fails the source with a {@link
   * WebTransportError} of this code. When the peer's FIN has come, only the peer hears nothing.
   * Does nothing once every byte before the end was read. Unlike in the W3C text it may be called
   * while the stream is locked.
   *
   * @param code 0 to 2^32-1; others are clamped
   * @return completes when that was asked for, also when every byte before the end was read. Fails
   *     as reads do when the peer has reset the stream before, or the session has ended
   */
  CompletionStage<Done> cancel(long code);

  /** How far the stream has come. */
  CompletionStage<WebTransportReceiveStreamStats> getStats();
}
