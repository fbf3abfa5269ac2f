package dev.ahti.engine.spi;

import java.util.concurrent.CompletionStage;

/** Sockets of the operating system, without anything of WebTransport. Any thread. */
public interface Sockets {
  /**
   * Opens a TCP connection: looks the host up and tries its addresses in turn (RFC 8305).
   *
   * @return fails with a {@link SocketFailure}
   */
  CompletionStage<TcpConnection> connect(TcpConnect options);

  /**
   * Listens on TCP.
   *
   * @return fails with a {@link SocketFailure}
   */
  CompletionStage<TcpListener> listen(TcpListen options);

  /**
   * Opens a UDP socket.
   *
   * @return fails with a {@link SocketFailure}
   */
  CompletionStage<UdpPort> open(UdpOpen options);
}
