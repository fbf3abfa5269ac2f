package dev.ahti.sockets;

import dev.ahti.sockets.impl.ApiTcpServerSocket;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportNetworkException;
import dev.ahti.webtransport.WebTransportNotSupportedException;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.annotation.DoNotInherit;

/**
 * A socket that listens on TCP, and accepts what {@link TcpServerSocketOpenInfo#readable()} is
 * asked for. {@code readable} is <em>locked</em> while it is materialized and has not ended.
 * Connections that were accepted go on without their server. All methods may be called from any
 * thread.
 *
 * @see <a href="https://wicg.github.io/direct-sockets/#tcpserversocket-interface">WICG Direct
 *     Sockets</a>
 */
@DoNotInherit
public interface TcpServerSocket {
  /**
   * Listens. It is the application's own decision where: no policy is asked.
   *
   * @param localAddress an IP literal without brackets
   * @return the socket, which is being opened; see {@link #opened()}
   * @throws WebTransportTypeException when the address is no IP literal, and when {@code ipv6Only}
   *     is set for another one than {@code ::}
   */
  static TcpServerSocket open(
      ActorSystem<?> system, String localAddress, TcpServerSocketOptions options) {
    return ApiTcpServerSocket.open(system, localAddress, options);
  }

  /** The same with {@link TcpServerSocketOptions#create()}. */
  static TcpServerSocket open(ActorSystem<?> system, String localAddress) {
    return open(system, localAddress, TcpServerSocketOptions.create());
  }

  /**
   * Completes when it listens; fails with a {@link WebTransportNetworkException} when it cannot,
   * and with a {@link WebTransportNotSupportedException} when the transport has no {@code
   * ipv6Only}. {@link #closed()} then fails with the same.
   */
  CompletionStage<TcpServerSocketOpenInfo> opened();

  /**
   * Completes when it was closed, by {@link #close()} or by cancelling {@code readable}; fails with
   * a {@link WebTransportNetworkException} when it could not go on.
   */
  CompletionStage<Done> closed();

  /**
   * Stops listening.
   *
   * @return {@link #closed()}; fails with a {@link WebTransportInvalidStateException} while the
   *     socket is being opened, when that failed, and when {@code readable} is locked
   */
  CompletionStage<Done> close();
}
