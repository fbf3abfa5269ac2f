package dev.ahti.transport.netty.tls;

import dev.ahti.engine.spi.ServerCredentials;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslEngine;
import java.util.function.Function;

/**
 * The TLS of one listener: each handshake begins with the certificates of its time. Any thread.
 *
 * <p>Contexts that are replaced live as long as their connections; with them go the keys of their
 * tickets, so a client that comes back is judged anew.
 */
public final class ServerContexts {
  private final Function<ServerCredentials, QuicSslContext> make;
  private volatile QuicSslContext current;

  ServerContexts(ServerCredentials first, Function<ServerCredentials, QuicSslContext> make) {
    this.make = make;
    this.current = make.apply(first);
  }

  /** Begins the handshake of a connection. */
  public QuicSslEngine newEngine(QuicChannel channel) {
    QuicSslEngine engine = current.newEngine(channel.alloc());
    Handshake.begin(channel, engine);
    return engine;
  }

  /**
   * Makes contexts of these certificates.
   *
   * @return uses them from the next handshake on
   * @throws IllegalArgumentException when TLS cannot use one of them
   */
  public Runnable prepare(ServerCredentials credentials) {
    QuicSslContext next = make.apply(credentials);
    return () -> current = next;
  }
}
