package dev.ahti.webtransport.server;

import dev.ahti.engine.actor.DrainRequest;
import dev.ahti.engine.actor.ListenerHandle;
import dev.ahti.engine.spi.ServerCredentials;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;

/** A listener that writes down the certificates it is given, and may refuse them. */
final class ShownCertificates implements ListenerHandle {
  final List<ServerCredentials> shown = new ArrayList<>();
  boolean refuses;

  /** The one that is shown now to whoever asks for no host. */
  X509Certificate fallback() {
    return shown.get(shown.size() - 1).fallback().chain().get(0);
  }

  @Override
  public void replaceCredentials(ServerCredentials credentials) {
    if (refuses) {
      throw new IllegalArgumentException("refused");
    }
    shown.add(credentials);
  }

  @Override
  public InetSocketAddress address() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int connections() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int sessions() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean draining() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Done> stopped() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void accompany(String name, Behavior<?> behavior, DispatcherSelector dispatcher) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Done> drain(DrainRequest request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Done> stop() {
    throw new UnsupportedOperationException();
  }
}
