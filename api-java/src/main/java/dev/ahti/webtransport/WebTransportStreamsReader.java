package dev.ahti.webtransport;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.annotation.DoNotInherit;

/**
 * Takes the streams that the peer opens call by call: none ahead of a call. Nobody else takes
 * streams of the kind until {@link #releaseLock()}.
 *
 * <p>Calls are served in their order; as many wait as streams may ({@code
 * ahti.session.incoming-streams-capacity}), one more fails with a {@link
 * WebTransportQuotaExceededException}. While somebody else takes the streams, calls fail with a
 * {@link WebTransportTypeException}. All methods may be called from any thread; stages complete on
 * the caller's or on the connection's event loop, where code must not block.
 *
 * @param <T> what a stream is
 * @see WebTransport#incomingBidirectionalStreamsReader()
 * @see WebTransport#incomingUnidirectionalStreamsReader()
 */
@DoNotInherit
public interface WebTransportStreamsReader<T> {

  /**
   * The next stream.
   *
   * @return empty when the session was closed; fails with what the session failed with
   */
  CompletionStage<Optional<T>> read();

  /**
   * Takes no more, for everybody and for good: reads that wait, and later ones, give the end;
   * streams that wait, and those that come, are refused, as when the source is cancelled. The
   * session goes on. Before the session is there it is done once it is.
   *
   * @return fails as {@link #read()}
   */
  CompletionStage<Done> cancel();

  /**
   * Completes when the session was closed, and at {@link #cancel()}; fails with what the session
   * failed with, and with a {@link WebTransportTypeException} while somebody else takes the
   * streams, and when the lock is released before.
   */
  CompletionStage<Done> closed();

  /**
   * Lets another reader, or the source, go on. Calls that wait, and later ones, fail with a {@link
   * WebTransportTypeException}.
   */
  void releaseLock();
}
