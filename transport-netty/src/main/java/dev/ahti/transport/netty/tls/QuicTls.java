package dev.ahti.transport.netty.tls;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ClientAuthentication;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.ssl.ClientAuth;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes TLS contexts. Any thread. */
public final class QuicTls {
  /** The only protocol spoken here (RFC 9114 section 3.1). */
  private static final String ALPN = "h3";

  /** No host name verification. */
  private static final String NO_ENDPOINT_IDENTIFICATION = "";

  private final ClientContexts<QuicSslContext> clients;
  private final @Nullable Consumer<String> keyLogFile;

  /**
   * Without any context yet.
   *
   * @param kept contexts for clients that are kept
   * @param keyLogFile takes the secrets of every connection, for debugging; {@code null} for none
   */
  public QuicTls(int kept, GaugeRegistry gauges, @Nullable Consumer<String> keyLogFile) {
    this.clients =
        new ClientContexts<>(
            kept, gauges.counter(Gauges.TLS_CONTEXTS_MADE), this::make, givenUp -> {});
    this.keyLogFile = keyLogFile;
  }

  /**
   * The contexts of a listener.
   *
   * @throws IllegalArgumentException when TLS cannot use a certificate or its key
   */
  public ServerContexts server(ServerTls tls) {
    return new ServerContexts(tls.credentials(), credentials -> make(tls, credentials));
  }

  /**
   * The context of clients that do this.
   *
   * @throws IllegalArgumentException when TLS cannot use what is to be shown or trusted
   */
  public QuicSslContext client(ClientTls tls) {
    return clients.with(tls, Function.identity());
  }

  /**
   * Why a server's certificate is no longer good; empty when it is. A session that goes on from a
   * ticket does not ask the trust manager again, and the certificate may have expired since.
   */
  public static Optional<String> expired(ClientTls tls, List<X509Certificate> chain) {
    return tls.trust() instanceof ServerTrust.Insecure ? Optional.empty() : expired(chain);
  }

  /** Why the leaf of a chain is not good at this time; empty when it is, or there is none. */
  public static Optional<String> expired(List<X509Certificate> chain) {
    if (!chain.isEmpty()) {
      try {
        chain.get(0).checkValidity();
      } catch (CertificateExpiredException | CertificateNotYetValidException invalid) {
        return Optional.of(String.valueOf(invalid.getMessage()));
      }
    }
    return Optional.empty();
  }

  /** Forgets the tickets of these clients: the next one begins anew. */
  public void forget(ClientTls tls) {
    clients.forget(tls);
  }

  /**
   * Begins the handshake of a client's connection.
   *
   * @param host what the server's certificate has to be for
   */
  public static QuicSslEngine begin(
      QuicSslContext context, QuicChannel channel, String host, int port) {
    QuicSslEngine engine = context.newEngine(channel.alloc(), host, port);
    Handshake.begin(channel, engine);
    return engine;
  }

  private QuicSslContext make(ServerTls tls, ServerCredentials credentials) {
    Map<String, QuicSslContext> named = new LinkedHashMap<>();
    credentials.byName().forEach((name, one) -> named.put(name, builder(tls, one).build()));
    QuicSslContext fallback = builder(tls, credentials.fallback()).build();
    return named.isEmpty()
        ? fallback
        : builder(tls, credentials.fallback()).sni(new NamedContexts<>(named, fallback)).build();
  }

  private QuicSslContextBuilder builder(ServerTls tls, Credentials credentials) {
    QuicSslContextBuilder builder =
        QuicSslContextBuilder.forServer(credentials.key(), null, chain(credentials));
    if (tls.clients().mode() != ClientAuthentication.Mode.NONE) {
      builder.trustManager(TrustManagers.authorities(tls.clients().authorities()));
    }
    return builder
        .clientAuth(
            switch (tls.clients().mode()) {
              case NONE -> ClientAuth.NONE;
              case OPTIONAL -> ClientAuth.OPTIONAL;
              case REQUIRED -> ClientAuth.REQUIRE;
            })
        .applicationProtocols(ALPN)
        .earlyData(false)
        .keylog(KeyLog.of(tls.keyingMaterial(), keyLogFile));
  }

  private QuicSslContext make(ClientTls tls) {
    QuicSslContextBuilder builder =
        QuicSslContextBuilder.forClient()
            .applicationProtocols(ALPN)
            .earlyData(false)
            .keylog(KeyLog.of(tls.keyingMaterial(), keyLogFile))
            .trustManager(TrustManagers.of(tls.trust()));
    tls.credentials().ifPresent(own -> builder.keyManager(own.key(), null, chain(own)));
    // The builder verifies host names unless it is told not to.
    if (tls.trust() instanceof ServerTrust.CertificateHashes
        || tls.trust() instanceof ServerTrust.Insecure) {
      builder.endpointIdentificationAlgorithm(NO_ENDPOINT_IDENTIFICATION);
    }
    return builder.build();
  }

  private static X509Certificate[] chain(Credentials credentials) {
    KeyMatch.require(credentials);
    return credentials.chain().toArray(new X509Certificate[0]);
  }
}
