package dev.ahti.engine.spi;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.Done;

/** A socket that listens on TCP. It accepts what it is asked for and no more. Any thread. */
public interface TcpListener {
  /** Where it listens. */
  InetSocketAddress local();

  /**
   * Accepts one more connection; those that nobody asked for wait in the operating system's
   * backlog.
   *
   * @param next given the connection, which is its own from then on; on the loop. Not called when
   *     the socket is closed before
   */
  void accept(Consumer<TcpConnection> next);

  /** Stops listening; what was accepted goes on. */
  void close();

  /** Completes when it is closed; fails with a {@link SocketFailure} when it could not go on. */
  CompletableFuture<Done> closed();
}
