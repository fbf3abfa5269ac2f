package dev.ahti.transport.netty.tls;

import dev.ahti.engine.spi.Credentials;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;

/** Whether a private key belongs to a certificate; TLS finds out in the first handshake only. */
final class KeyMatch {
  private static final byte[] SIGNED = "ahti".getBytes(StandardCharsets.US_ASCII);

  private KeyMatch() {}

  /**
   * Signs something and verifies it.
   *
   * @throws IllegalArgumentException when they do not belong together, or TLS has no use for such a
   *     key; the message names the certificate
   */
  static void require(Credentials credentials) {
    X509Certificate leaf = credentials.chain().get(0);
    String subject = leaf.getSubjectX500Principal().getName();
    PrivateKey key = credentials.key();
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default ->
              throw new IllegalArgumentException(
                  "key of certificate "
                      + subject
                      + ": "
                      + key.getAlgorithm()
                      + " (expected: EC or RSA)");
        };
    if (!verifies(algorithm, key, leaf)) {
      throw new IllegalArgumentException(
          "certificate " + subject + ": the private key is another certificate's");
    }
  }

  private static boolean verifies(String algorithm, PrivateKey key, X509Certificate leaf) {
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(SIGNED);
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(leaf.getPublicKey());
      verifier.update(SIGNED);
      return verifier.verify(signer.sign());
    } catch (GeneralSecurityException otherKindOfKey) {
      return false;
    }
  }
}
