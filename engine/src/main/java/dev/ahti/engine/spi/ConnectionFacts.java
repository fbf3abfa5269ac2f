package dev.ahti.engine.spi;

import dev.ahti.engine.dialect.HttpVersion;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What the handshake settled for a connection; never changes.
 *
 * @param peerCertificates the peer's chain, leaf first, as it was checked in the handshake; empty
 *     when the peer showed none
 * @param congestionControl the algorithm in use; empty when the transport cannot tell
 * @param keyingMaterial the TLS exporter; empty unless it was asked for
 * @param version the version of HTTP that is spoken
 * @param supportsUnreliable whether it has unreliable transport, as QUIC has and TCP has not
 * @param strongTls whether TLS is as strong as sessions demand: 1.3, which QUIC always has
 */
public record ConnectionFacts(
    List<X509Certificate> peerCertificates,
    Optional<CongestionControl> congestionControl,
    Optional<KeyingMaterial> keyingMaterial,
    HttpVersion version,
    boolean supportsUnreliable,
    boolean strongTls) {

  /** When the transport knows nothing. */
  public static final ConnectionFacts UNKNOWN =
      new ConnectionFacts(
          List.of(), Optional.empty(), Optional.empty(), HttpVersion.HTTP_3, true, true);

  /** Copies the chain. */
  public ConnectionFacts {
    peerCertificates = List.copyOf(peerCertificates);
  }
}
