package dev.ahti.engine.spi;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** A bound address. */
public interface TransportListener {

  /** The address in use, with the port that was given when port 0 was asked for. */
  InetSocketAddress localAddress();

  /**
   * Shows these certificates from the next handshake on; connections that are open, or in their
   * handshake, go on. Any thread.
   *
   * @throws IllegalArgumentException when TLS cannot use one of them; the old ones stay
   */
  void replaceCredentials(ServerCredentials credentials);

  /**
   * Gives the address back. Connections must have been closed before: on UDP they share the socket.
   */
  CompletionStage<Done> close();
}
