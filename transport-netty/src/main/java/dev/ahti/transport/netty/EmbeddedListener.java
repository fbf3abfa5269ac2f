package dev.ahti.transport.netty;

import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportListener;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.pekko.Done;

/**
 * A listener without an address: its connections are those of somebody else's server. Any thread.
 */
final class EmbeddedListener implements TransportListener {
  private final String name;
  private final Consumer<TransportConnection> onConnection;
  private final Runnable onClosed;

  /** Those that the engine was offered and has not begun to drive. */
  private final Set<TransportConnection> offered = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;

  /**
   * With no connection yet.
   *
   * @param onConnection hears of them
   * @param onClosed is called at its end
   */
  EmbeddedListener(String name, Consumer<TransportConnection> onConnection, Runnable onClosed) {
    this.name = name;
    this.onConnection = onConnection;
    this.onClosed = onClosed;
  }

  /** There is something for the engine on a connection. On its loop. */
  void offer(TransportConnection connection) {
    offered.add(connection);
    if (closed) {
      // Its actor may be gone, and would never answer.
      refuse(connection);
    } else {
      onConnection.accept(connection);
    }
  }

  /** The engine has an answer to the offer, or the connection is gone. */
  void settled(TransportConnection connection) {
    offered.remove(connection);
  }

  @Override
  public InetSocketAddress localAddress() {
    return InetSocketAddress.createUnresolved(name, 0);
  }

  @Override
  public void replaceCredentials(ServerCredentials credentials) {
    throw new IllegalStateException(
        "the server '" + name + "' is embedded: certificates are those of its host");
  }

  @Override
  public CompletionStage<Done> close() {
    closed = true;
    onClosed.run();
    offered.forEach(this::refuse);
    return CompletableFuture.completedFuture(Done.getInstance());
  }

  private void refuse(TransportConnection connection) {
    offered.remove(connection);
    connection.discard(0, "the server '" + name + "' has stopped");
  }
}
