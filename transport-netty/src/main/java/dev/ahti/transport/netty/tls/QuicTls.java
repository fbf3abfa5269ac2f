package dev.ahti.transport.netty.tls;

import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.ServerTrust;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes TLS contexts. Any thread. */
public final class QuicTls {
  /** The only protocol spoken here (RFC 9114 section 3.1). */
  private static final String ALPN = "h3";

  /** No host name verification. */
  private static final String NO_ENDPOINT_IDENTIFICATION = "";

  /**
   * Contexts for clients that are kept: making one reads a trust store, and it holds the tickets of
   * sessions before. The one used least recently is given up.
   */
  private static final int KEPT_CONTEXTS = 16;

  private final Map<ServerTrust, QuicSslContext> clients =
      Collections.synchronizedMap(
          new LinkedHashMap<>(KEPT_CONTEXTS, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<ServerTrust, QuicSslContext> eldest) {
              return size() > KEPT_CONTEXTS;
            }
          });

  /** Without any context yet. */
  public QuicTls() {}

  /** A server that shows this certificate. */
  public QuicSslContext server(Credentials credentials) {
    return QuicSslContextBuilder.forServer(
            credentials.key(), null, credentials.chain().toArray(new X509Certificate[0]))
        .applicationProtocols(ALPN)
        .build();
  }

  /** A client that judges servers so. */
  public QuicSslContext client(ServerTrust trust) {
    return clients.computeIfAbsent(trust, QuicTls::make);
  }

  private static QuicSslContext make(ServerTrust trust) {
    QuicSslContextBuilder builder = QuicSslContextBuilder.forClient().applicationProtocols(ALPN);
    // The builder verifies host names unless it is told not to.
    if (trust instanceof ServerTrust.Authorities authorities) {
      builder.trustManager(authorities.certificates().toArray(new X509Certificate[0]));
    } else if (trust instanceof ServerTrust.CertificateHashes hashes) {
      builder
          .trustManager(new CertificateHashTrustManager(hashes.sha256()))
          .endpointIdentificationAlgorithm(NO_ENDPOINT_IDENTIFICATION);
    } else if (trust instanceof ServerTrust.Insecure) {
      builder
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm(NO_ENDPOINT_IDENTIFICATION);
    }
    return builder.build();
  }
}
