package dev.ahti.sockets;

import dev.ahti.sockets.impl.ApiUdpSocket;
import dev.ahti.webtransport.WebTransportInvalidStateException;
import dev.ahti.webtransport.WebTransportNetworkException;
import dev.ahti.webtransport.WebTransportNotSupportedException;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.annotation.DoNotInherit;

/**
 * A UDP socket, connected to a peer or bound to an address of this machine. Its halves are {@link
 * UdpSocketOpenInfo#readable()} and {@link UdpSocketOpenInfo#writable()}, each <em>locked</em>
 * while it is materialized and has not ended. The socket is closed by the half that ends last, and
 * {@link #closed()} is settled once, then; an error of the socket ends both. All methods may be
 * called from any thread.
 *
 * @see <a href="https://wicg.github.io/direct-sockets/#udpsocket-interface">WICG Direct Sockets</a>
 */
@DoNotInherit
public interface UdpSocket {
  /**
   * Opens a socket. It is the application's own decision which: no policy is asked.
   *
   * @return the socket, which is being opened; see {@link #opened()}
   * @throws WebTransportTypeException when the options do not go together: one of {@code
   *     remoteAddress} and {@code remotePort} without the other; both a remote and a local address,
   *     or neither; a {@code localAddress} that is no IP literal; {@code localPort} without one;
   *     {@code dnsQueryType} or, the other way round, {@code multicastAllowAddressSharing} where it
   *     means nothing; {@code ipv6Only} for another address than {@code ::}
   */
  static UdpSocket open(ActorSystem<?> system, UdpSocketOptions options) {
    return ApiUdpSocket.open(system, options);
  }

  /**
   * Completes when the socket is there; fails with a {@link WebTransportNetworkException} when it
   * could not be opened, and with a {@link WebTransportNotSupportedException} when the transport
   * has no {@code ipv6Only}. {@link #closed()} then fails with the same.
   */
  CompletionStage<UdpSocketOpenInfo> opened();

  /**
   * Completes when both halves have ended and the operating system has closed the socket; fails
   * instead with what a half failed with. When both did, the failure of the half that ended first
   * counts.
   */
  CompletionStage<Done> closed();

  /**
   * Cancels the readable half and aborts the writable one.
   *
   * @return {@link #closed()}; fails with a {@link WebTransportInvalidStateException} while the
   *     socket is being opened, when that failed, and when a half is locked
   */
  CompletionStage<Done> close();
}
