package dev.ahti.webtransport;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.util.ByteString;

/**
 * Reads a stream call by call: the default reader and the BYOB reader of the W3C text in one. The
 * stream is locked until {@link #releaseLock()}.
 *
 * <p>Calls are served in their order; at most {@code ahti.stream.waiting-calls} wait, one more
 * fails with a {@link WebTransportQuotaExceededException}. The peer may send only as far as reads
 * wait, plus the transport's window and {@code ahti.stream.receive-credit}. All methods may be
 * called from any thread.
 *
 * @see WebTransportReceiveStream#getReader()
 */
@DoNotInherit
public interface WebTransportReceiveStreamReader {

  /** What a read into a buffer gives at the end of the stream. */
  int END = -1;

  /**
   * The next bytes, as many as have come.
   *
   * @return at least one byte, or empty at the end of the stream; fails with a {@link
   *     WebTransportError} when the peer reset the stream or the session ended
   */
  CompletionStage<Optional<ByteString>> read();

  /**
   * The next bytes, into a buffer.
   *
   * @param into takes at least one byte and at most what it has room for, from its position on,
   *     which moves. It is the reader's until the stage completes
   * @return how many bytes, or {@link #END}; fails as {@link #read()}, and with a {@link
   *     WebTransportTypeException} when the buffer has no room
   */
  CompletionStage<Integer> read(ByteBuffer into);

  /**
   * Tells the peer to stop sending; what was not read is dropped. Reads that wait, and later ones,
   * give the end.
   *
   * @param code 0 to 2^32-1; others are clamped
   * @return fails as reads do when the peer has reset the stream before, or the session has ended,
   *     and with a {@link WebTransportTypeException} once the lock was released
   */
  CompletionStage<Done> cancel(long code);

  /**
   * Completes when a read has met the end, or the stream was cancelled; fails when it has met a
   * reset, when the session ends, and when the lock is released.
   */
  CompletionStage<Done> closed();

  /**
   * Gives the stream back: another reader, or the source, goes on where this one was. Reads that
   * wait, and later ones, fail with a {@link WebTransportTypeException}.
   */
  void releaseLock();
}
