package dev.ahti.transport.netty.tls;

import java.math.BigInteger;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.pekko.util.ByteString;

/**
 * Trusts a server whose certificate has one of the given hashes, by the rules of the W3C's {@code
 * serverCertificateHashes}: X.509 version 3, an ECDSA key on P-256 (never RSA; P-384 and others are
 * left to us by the text and refused), valid now, and for at most two weeks in all. Neither the
 * issuer nor the host name matters: the hash says who it is.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#verify-a-certificate-hash">Verify a certificate
 *     hash</a>
 */
final class CertificateHashTrustManager extends X509ExtendedTrustManager {
  private static final Duration LONGEST_VALIDITY = Duration.ofDays(14);
  private static final int X509_VERSION_3 = 3;

  /** The order of P-256's base point (SEC 2 section 2.4.2): no other curve has it. */
  private static final BigInteger P256_ORDER =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  private final List<ByteString> hashes;

  CertificateHashTrustManager(List<ByteString> hashes) {
    this.hashes = hashes;
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    X509Certificate leaf = chain[0];
    if (leaf.getVersion() != X509_VERSION_3) {
      throw new CertificateException("certificate is not X.509 version 3");
    }
    if (!(leaf.getPublicKey() instanceof ECPublicKey key)
        || !key.getParams().getOrder().equals(P256_ORDER)) {
      throw new CertificateException("certificate's key is not ECDSA on P-256");
    }
    leaf.checkValidity();
    Duration validity =
        Duration.between(leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant());
    if (validity.compareTo(LONGEST_VALIDITY) > 0) {
      throw new CertificateException(
          "certificate is valid for " + validity.toDays() + " days (expected: at most 14)");
    }
    if (!hashes.contains(hash(leaf))) {
      throw new CertificateException("certificate has none of the given hashes");
    }
  }

  private static ByteString hash(X509Certificate certificate) throws CertificateException {
    try {
      return ByteString.fromArray(
          MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (NoSuchAlgorithmException e) {
      throw new CertificateException("this JDK has no SHA-256", e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("clients are not judged by hashes");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("clients are not judged by hashes");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("clients are not judged by hashes");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
