package dev.ahti.webtransport;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/**
 * A stream, or the half of one, that this side writes.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#send-stream">W3C WebTransport</a>
 */
@DoNotInherit
public interface WebTransportSendStream {

  /**
   * Takes the bytes to send; asks for more only while the peer's window has room for them.
   *
   * <p>Upstream's completion sends FIN. Upstream's failure resets the stream, with the code of a
   * {@link WebTransportError}, else 0. When the peer asks to stop, or the session ends, upstream is
   * cancelled. Can be materialized once; a second time fails with an {@link IllegalStateException}.
   *
   * <p>The materialized stage completes when the transport has taken the FIN (it may still have to
   * send it again), and fails with a {@link WebTransportError} when the stream ended otherwise. It
   * is a {@code CompletableFuture} completed by the stage itself. When the peer asked to stop, the
   * error has no {@link WebTransportError#streamErrorCode}: the transport tells of the stop, not
   * its code.
   */
  Sink<ByteString, CompletionStage<Done>> sink();

  /**
   * Resets the stream: what is not sent yet is dropped. Does nothing when it has ended.
   *
   * @param code 0 to 2^32-1; others are clamped
   */
  void abort(long code);
}
