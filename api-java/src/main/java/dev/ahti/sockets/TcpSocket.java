package dev.ahti.sockets;

import dev.ahti.sockets.impl.ApiTcpSocket;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportNetworkException;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.annotation.DoNotInherit;

/**
 * A TCP connection. It has two halves: {@link TcpSocketOpenInfo#readable()} and {@link
 * TcpSocketOpenInfo#writable()}, or call by call {@link #getReader()} and {@link #getWriter()}. A
 * half is <em>locked</em> while somebody has it, be it a stage that was materialized or a reader or
 * writer, and it has not ended.
 *
 * <p>The socket is closed by the half that ends last, and {@link #closed()} is settled once, then.
 * The readable half ends when its consumer has come to the peer's FIN, when it is cancelled, or
 * when the connection fails; the writable half when it is closed, aborted, or when the connection
 * fails. So a socket of which a half is neither used nor given up stays open until {@link
 * #close()}.
 *
 * <p>All methods may be called from any thread; stages complete on an event loop or on the caller's
 * thread, where code must not block.
 *
 * @see <a href="https://wicg.github.io/direct-sockets/#tcpsocket-interface">WICG Direct Sockets</a>
 */
@DoNotInherit
public interface TcpSocket {
  /**
   * Opens a connection. It is the application's own decision where to: no policy is asked.
   *
   * @param remoteAddress a name, whose addresses are tried in turn, or an IP literal
   * @param remotePort 0 to 65535
   * @return the socket, which is being opened; see {@link #opened()}
   * @throws WebTransportTypeException when the port is none
   */
  static TcpSocket open(
      ActorSystem<?> system, String remoteAddress, int remotePort, TcpSocketOptions options) {
    return ApiTcpSocket.open(system, remoteAddress, remotePort, options);
  }

  /** The same with {@link TcpSocketOptions#create()}. */
  static TcpSocket open(ActorSystem<?> system, String remoteAddress, int remotePort) {
    return open(system, remoteAddress, remotePort, TcpSocketOptions.create());
  }

  /**
   * Completes when the connection is there; fails with a {@link WebTransportNetworkException} when
   * it could not be opened, within {@code ahti.netty.sockets.connect-timeout}, for whatever reason.
   * {@link #closed()} then fails with the same.
   */
  CompletionStage<TcpSocketOpenInfo> opened();

  /**
   * Completes when both halves have ended and the operating system has closed the socket. Fails
   * instead with what a half failed with: a {@link WebTransportNetworkException} when the
   * connection did, the reason when the writable half was aborted with one. When both failed, the
   * failure of the half that ended first counts.
   */
  CompletionStage<Done> closed();

  /**
   * Cancels the readable half and aborts the writable one.
   *
   * @return {@link #closed()}; fails with a {@link WebTransportInvalidStateException} while the
   *     socket is being opened, when that failed, and when a half is locked
   */
  CompletionStage<Done> close();

  /**
   * Takes the readable half, to read it call by call.
   *
   * @throws WebTransportInvalidStateException when the socket is not open yet
   * @throws WebTransportTypeException when the half is taken
   */
  SocketReader getReader();

  /**
   * Takes the writable half, to write it call by call.
   *
   * @throws WebTransportInvalidStateException when the socket is not open yet
   * @throws WebTransportTypeException when the half is taken
   */
  SocketWriter getWriter();
}
