package dev.ahti.webtransport;

import dev.ahti.webtransport.impl.KeyFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The certificate chain of a client, leaf first, with the leaf's private key: what it shows to a
 * server that asks. Its text form never shows the key.
 *
 * @param key an EC or RSA key
 * @param chain the key's certificate first
 */
public record ClientCertificate(PrivateKey key, List<X509Certificate> chain) {

  /** Checks that there is a certificate and copies the chain. */
  public ClientCertificate {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("chain: empty (expected: the key's certificate first)");
    }
  }

  /**
   * From PEM files.
   *
   * @param chain one certificate or more, leaf first
   * @param key the leaf's private key, not encrypted (PKCS#8, SEC1 or PKCS#1)
   * @throws IOException when a file cannot be read or holds something else; the message names it
   */
  public static ClientCertificate fromPem(Path chain, Path key) throws IOException {
    return of(KeyFiles.pem(chain, key));
  }

  /**
   * From a PKCS#12 file with one private key.
   *
   * @throws IOException when it cannot be read, the password is wrong, or it does not hold one key
   *     with its certificate; the message names the file
   */
  public static ClientCertificate fromKeyStore(Path file, char[] password) throws IOException {
    return of(KeyFiles.keyStore(file, password));
  }

  private static ClientCertificate of(KeyFiles.Pair pair) {
    return new ClientCertificate(pair.key(), pair.chain());
  }

  @Override
  public String toString() {
    return "ClientCertificate[" + chain.get(0).getSubjectX500Principal() + "]";
  }
}
