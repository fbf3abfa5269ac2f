package dev.ahti.engine.spi;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** A bound address. */
public interface TransportListener {

  /** The address in use, with the port that was given when port 0 was asked for. */
  InetSocketAddress localAddress();

  /**
   * Gives the address back. Connections must have been closed before: on UDP they share the socket.
   */
  CompletionStage<Done> close();
}
