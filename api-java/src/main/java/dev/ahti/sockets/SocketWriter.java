package dev.ahti.sockets;

import dev.ahti.webtransport.WebTransportNetworkException;
import dev.ahti.webtransport.WebTransportQuotaExceededException;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.annotation.DoNotInherit;
import org.apache.pekko.util.ByteString;

/**
 * Writes a socket call by call. The half is locked until {@link #releaseLock()}.
 *
 * <p>Calls are served in their order. At most {@code ahti.stream.waiting-calls} wait; one more
 * fails with a {@link WebTransportQuotaExceededException} and changes nothing. All methods may be
 * called from any thread.
 *
 * @see TcpSocket#getWriter()
 */
@DoNotInherit
public interface SocketWriter {
  /**
   * Sends bytes. None at all is a write that is done when those before it are.
   *
   * @return completes when the socket has taken the bytes and has room for more; that is not when
   *     the peer has them. Fails with a {@link WebTransportNetworkException} when the connection
   *     failed, with a {@link WebTransportTypeException} once the half is being closed or the lock
   *     was released
   */
  CompletionStage<Done> write(ByteString bytes);

  /** Completes when {@link #desiredSize} is above 0; fails when the half fails. */
  CompletionStage<Done> ready();

  /**
   * How many more writes are taken before the program should wait for {@link #ready()}: 1 when none
   * waits, 0 or less otherwise, 0 when the half is closed, and empty when it has failed.
   *
   * @throws WebTransportTypeException once the lock was released
   */
  OptionalInt desiredSize();

  /**
   * Sends FIN behind all that was written.
   *
   * @return completes when the operating system has taken it. Fails with a {@link
   *     WebTransportTypeException} when the half is being closed already
   */
  CompletionStage<Done> close();

  /** Completes when the half was closed; fails when it fails, and when the lock is released. */
  CompletionStage<Done> closed();

  /**
   * Drops what the operating system has not taken, and sends FIN. Calls that wait fail with the
   * reason, and so does {@link TcpSocket#closed()} in the end.
   *
   * @return completes when that was done, or the half had ended before
   */
  CompletionStage<Done> abort(Throwable reason);

  /**
   * Gives the half back: another writer may be asked for. Calls that wait are served all the same.
   * Calls of this writer fail from now on with a {@link WebTransportTypeException}.
   */
  void releaseLock();
}
