package dev.ahti.webtransport;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.util.ByteString;

/**
 * Reads datagrams call by call: the default reader and the BYOB reader of the W3C text in one, both
 * for either {@link ReadableStreamType}. Nobody else reads the session's datagrams until {@link
 * #releaseLock()}.
 *
 * <p>Calls are served in their order; as many wait as datagrams may ({@code
 * ahti.session.datagrams.buffered-limit}), one more fails with a {@link
 * WebTransportQuotaExceededException}. While somebody else reads, calls fail with a {@link
 * WebTransportTypeException}. All methods may be called from any thread; stages complete on the
 * caller's or on the connection's event loop, where code must not block.
 *
 * @see WebTransportDatagramDuplexStream#getReader()
 */
@DoNotInherit
public interface WebTransportDatagramsReader {

  /** What a read into a buffer gives at the end. */
  int END = -1;

  /**
   * The next datagram.
   *
   * @return empty when the session was closed; fails with what the session failed with
   */
  CompletionStage<Optional<ByteString>> read();

  /**
   * The next datagram, into a buffer.
   *
   * @param into is filled from its position on, which moves; the reader's until the stage completes
   * @return the datagram's length, 0 for an empty one, or {@link #END}. Fails as {@link #read()},
   *     and with a {@link WebTransportRangeException} when the buffer has too little room: then the
   *     datagram stays, for the next read
   */
  CompletionStage<Integer> read(ByteBuffer into);

  /**
   * Ends reading, for everybody and for good: reads that wait, and later ones, give the end, also
   * those of other readers, and a source completes. What waits is dropped, and what comes from now
   * on, which counts as {@linkplain WebTransportDatagramStats#received received} alone. The session
   * goes on, and its peer hears nothing. Before the session is there it is done once it is.
   *
   * @return fails with a {@link WebTransportTypeException} while somebody else reads, and once this
   *     reader was released
   */
  CompletionStage<Done> cancel();

  /**
   * Completes when the session was closed and what came before was read, or at {@link #cancel()};
   * fails with what the session failed with, and with a {@link WebTransportTypeException} while
   * somebody else reads, and when the lock is released before.
   */
  CompletionStage<Done> closed();

  /**
   * Lets others read. Calls that wait, and later ones, fail with a {@link
   * WebTransportTypeException}.
   */
  void releaseLock();
}
