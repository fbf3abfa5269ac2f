package dev.ahti.engine.spi;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate chain, leaf first, and the leaf's private key. Its text form never shows the key.
 */
public record Credentials(PrivateKey key, List<X509Certificate> chain) {

  /** Checks that there is a certificate and copies the chain. */
  public Credentials {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException(
          "chain: empty (expected: the certificate of the key first)");
    }
  }

  @Override
  public String toString() {
    return "Credentials[" + chain.get(0).getSubjectX500Principal() + "]";
  }
}
