package dev.ahti.engine.spi;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.Done;

/** One transport library at work in one actor system: it listens, dials, and owns the loops. */
public interface Transport {

  /**
   * Starts to listen.
   *
   * @param onConnection called on the new connection's loop, before anything of it is read
   * @return the bound listener, or a failure whose message names the address and the reason
   */
  CompletionStage<TransportListener> bind(
      ListenOptions options, Consumer<TransportConnection> onConnection);

  /**
   * Opens a connection and does the TLS handshake.
   *
   * @return the connection, or a failure with a {@link DialException}; cancelling its {@link
   *     CompletionStage#toCompletableFuture} gives up, and leaves no connection behind
   */
  CompletionStage<TransportConnection> dial(DialOptions options);

  /** Closes what is still open and gives back every thread and descriptor. */
  CompletionStage<Done> terminate();
}
