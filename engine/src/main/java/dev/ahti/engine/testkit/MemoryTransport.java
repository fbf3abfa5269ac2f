package dev.ahti.engine.testkit;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.spi.DialException;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.Transport;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportListener;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.util.ByteString;

/**
 * The transport of one actor system on a {@link MemoryNetwork}. Host names lead nowhere but to the
 * network's listeners, by port. Of the trust only certificate hashes are checked: there is no
 * handshake.
 */
final class MemoryTransport implements Transport {
  private final MemoryNetwork network;
  private final MemoryLoop loop;
  private final GaugeRegistry gauges;

  // Loop only.
  private final Set<MemoryListener> listeners = new LinkedHashSet<>();
  private final Set<MemoryConnection> connections = new LinkedHashSet<>();

  MemoryTransport(MemoryNetwork network, MemoryLoop loop, GaugeRegistry gauges) {
    this.network = network;
    this.loop = loop;
    this.gauges = gauges;
  }

  MemoryLoop loop() {
    return loop;
  }

  @Override
  public CompletionStage<TransportListener> bind(
      ListenOptions options, Consumer<TransportConnection> onConnection) {
    CompletableFuture<TransportListener> bound = new CompletableFuture<>();
    loop.run(
        () -> {
          MemoryListener listener = new MemoryListener(this, options, onConnection);
          InetSocketAddress address = network.add(options.address(), listener);
          if (address == null) {
            bound.completeExceptionally(
                new BindException(options.address() + ": the address is in use"));
          } else {
            listener.bound(address);
            listeners.add(listener);
            bound.complete(listener);
          }
        });
    return bound;
  }

  void unbind(MemoryListener listener) {
    if (listeners.remove(listener)) {
      network.remove(listener.localAddress().getPort(), listener);
    }
  }

  @Override
  public CompletionStage<TransportConnection> dial(DialOptions options) {
    CompletableFuture<TransportConnection> dialled = new CompletableFuture<>();
    // A handshake takes one round trip, or as long as the caller waits for it.
    Duration roundTrip = network.conditions().latency().multipliedBy(2);
    boolean late = roundTrip.compareTo(options.timeout()) > 0;
    loop.virtual()
        .schedule(
            late ? options.timeout() : roundTrip,
            () -> {
              if (late) {
                fail(dialled, options, new TimeoutException("after " + options.timeout()));
              } else {
                connect(options, dialled);
              }
            });
    return dialled;
  }

  private void connect(DialOptions options, CompletableFuture<TransportConnection> dialled) {
    if (dialled.isDone()) {
      return;
    }
    MemoryListener listener = network.listener(options.port());
    if (listener == null) {
      fail(dialled, options, new ConnectException("nobody listens there"));
    } else if (!trusted(options.tls().trust(), listener)) {
      fail(dialled, options, new GeneralSecurityException("the certificate's hash is another"));
    } else {
      MemoryTransport there = listener.transport();
      MemoryLink link =
          network.link(
              new MemoryLink.End(loop, listener.localAddress(), options.settings(), gauges),
              new MemoryLink.End(
                  there.loop,
                  network.clientAddress(),
                  listener.options().settings().getOrDefault(HttpVersion.HTTP_3, Map.of()),
                  there.gauges));
      remember(link.client());
      there.remember(link.server());
      listener.accept(link.server());
      dialled.complete(link.client());
    }
  }

  private void remember(MemoryConnection connection) {
    connections.removeIf(MemoryConnection::isClosed);
    connections.add(connection);
  }

  private static boolean trusted(ServerTrust trust, MemoryListener listener) {
    if (!(trust instanceof ServerTrust.CertificateHashes hashes)) {
      return true;
    }
    try {
      byte[] leaf = listener.credentials().fallback().chain().get(0).getEncoded();
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(leaf);
      return hashes.sha256().contains(ByteString.fromArray(hash));
    } catch (GeneralSecurityException unreadable) {
      throw new IllegalStateException("the listener's certificate cannot be read", unreadable);
    }
  }

  private static void fail(CompletableFuture<?> dialled, DialOptions options, Exception cause) {
    dialled.completeExceptionally(
        new DialException(
            options.host() + ":" + options.port() + ": " + cause.getMessage(), cause));
  }

  @Override
  public CompletionStage<Done> terminate() {
    CompletableFuture<Done> terminated = new CompletableFuture<>();
    loop.run(
        () -> {
          new ArrayList<>(listeners).forEach(this::unbind);
          connections.forEach(connection -> connection.close(0, "the transport was terminated"));
          connections.clear();
          terminated.complete(Done.getInstance());
        });
    return terminated;
  }
}
