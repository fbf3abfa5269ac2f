package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportListener;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.Done;

/** A bound address in memory. */
final class MemoryListener implements TransportListener {
  private final MemoryTransport transport;
  private final ListenOptions options;
  private final Consumer<TransportConnection> onConnection;
  private volatile InetSocketAddress address;

  MemoryListener(
      MemoryTransport transport,
      ListenOptions options,
      Consumer<TransportConnection> onConnection) {
    this.transport = transport;
    this.options = options;
    this.onConnection = onConnection;
    this.address = options.address();
  }

  MemoryTransport transport() {
    return transport;
  }

  ListenOptions options() {
    return options;
  }

  void bound(InetSocketAddress to) {
    address = to;
  }

  /** A connection is there. Loop only. */
  void accept(TransportConnection connection) {
    onConnection.accept(connection);
  }

  @Override
  public InetSocketAddress localAddress() {
    return address;
  }

  @Override
  public CompletionStage<Done> close() {
    CompletableFuture<Done> closed = new CompletableFuture<>();
    transport
        .loop()
        .run(
            () -> {
              transport.unbind(this);
              closed.complete(Done.getInstance());
            });
    return closed;
  }
}
