package dev.ahti.sockets;

import dev.ahti.webtransport.WebTransportNetworkException;
import dev.ahti.webtransport.WebTransportQuotaExceededException;
import dev.ahti.webtransport.WebTransportTypeException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.util.ByteString;

/**
 * Reads a socket call by call: the default reader and the BYOB reader of the text in one. The half
 * is locked until {@link #releaseLock()}.
 *
 * <p>Calls are served in their order; at most {@code ahti.stream.waiting-calls} wait, one more
 * fails with a {@link WebTransportQuotaExceededException}. All methods may be called from any
 * thread.
 *
 * @see TcpSocket#getReader()
 */
@DoNotInherit
public interface SocketReader {
  /** What a read into a buffer gives at the end. */
  int END = -1;

  /**
   * The next bytes, as many as have come.
   *
   * @return at least one byte, or empty at the end; fails with a {@link
   *     WebTransportNetworkException} when the connection failed
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
   * Ends the half: what was not read is dropped, and so is what still comes. Reads that wait, and
   * later ones, give the end.
   *
   * @return fails as reads do when the connection has failed, and with a {@link
   *     WebTransportTypeException} once the lock was released
   */
  CompletionStage<Done> cancel();

  /** Completes at the end; fails when reads do, and when the lock is released. */
  CompletionStage<Done> closed();

  /**
   * Gives the half back: another reader, or the source, goes on where this one was. Reads that
   * wait, and later ones, fail with a {@link WebTransportTypeException}.
   */
  void releaseLock();
}
