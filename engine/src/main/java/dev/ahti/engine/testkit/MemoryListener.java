package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.ServerCredentials;
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
  private volatile ServerCredentials credentials;

  MemoryListener(
      MemoryTransport transport,
      ListenOptions options,
      Consumer<TransportConnection> onConnection) {
    this.transport = transport;
    this.options = options;
    this.onConnection = onConnection;
    this.address = options.address();
    this.credentials = options.tls().credentials();
  }

  MemoryTransport transport() {
    return transport;
  }

  ListenOptions options() {
    return options;
  }

  ServerCredentials credentials() {
    return credentials;
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
  public void replaceCredentials(ServerCredentials replaced) {
    credentials = replaced;
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
