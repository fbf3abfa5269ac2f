package dev.ahti.engine.spi;

import java.util.concurrent.CompletableFuture;
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
   * Waits for connections that somebody else's server accepts.
   *
   * @param onConnection called on a connection's loop once there is something for the engine on it.
   *     To {@linkplain TransportConnection#discard discard} such a connection, or to close it with
   *     the code of an orderly end, ends what the engine has on it; it stays its server's
   * @return what is embedded, of which {@link TransportListener#close} ends it; fails where the
   *     transport has no such thing
   */
  default CompletionStage<TransportListener> embed(
      EmbedOptions options, Consumer<TransportConnection> onConnection) {
    return CompletableFuture.failedFuture(
        new TransportUnavailableException(
            "this transport cannot be embedded (ahti.transport; expected: netty)", null));
  }

  /**
   * Opens a connection and does the TLS handshake.
   *
   * @return the connection, or a failure with a {@link DialException}; cancelling its {@link
   *     CompletionStage#toCompletableFuture} gives up, and leaves no connection behind
   */
  CompletionStage<TransportConnection> dial(DialOptions options);

  /**
   * Sockets of the operating system.
   *
   * @throws TransportUnavailableException where the transport has none
   */
  default Sockets sockets() {
    throw new TransportUnavailableException(
        "this transport has no sockets (ahti.transport; expected: netty)", null);
  }

  /** Closes what is still open and gives back every thread and descriptor. */
  CompletionStage<Done> terminate();
}
