package dev.ahti.engine.spi;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.util.Optional;

/**
 * Which certificates may be trusted by their hash alone (W3C WebTransport, "custom certificate
 * requirements"): one rule for the side that shows the certificate and the side that judges it. The
 * W3C text leaves the other curves open; browsers take P-256 and so do we.
 */
public final class HashedCertificates {
  private static final Duration LONGEST_VALIDITY = Duration.ofDays(14);
  private static final int X509_VERSION_3 = 3;

  /** The order of P-256's base point (SEC 2 section 2.4.2): no other curve has it. */
  private static final BigInteger P256_ORDER =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  private HashedCertificates() {}

  /** Why this one may not be, whatever the time; empty when it may. */
  public static Optional<String> unfit(X509Certificate certificate) {
    if (certificate.getVersion() != X509_VERSION_3) {
      return Optional.of("certificate is not X.509 version 3");
    }
    if (!(certificate.getPublicKey() instanceof ECPublicKey key)
        || !key.getParams().getOrder().equals(P256_ORDER)) {
      return Optional.of("certificate's key is not ECDSA on P-256");
    }
    Duration validity =
        Duration.between(
            certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant());
    return validity.compareTo(LONGEST_VALIDITY) > 0
        ? Optional.of(
            "certificate is valid for " + validity.toDays() + " days (expected: at most 14)")
        : Optional.empty();
  }
}
