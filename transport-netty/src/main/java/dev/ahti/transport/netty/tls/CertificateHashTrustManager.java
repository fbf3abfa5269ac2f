package dev.ahti.transport.netty.tls;

import dev.ahti.engine.spi.HashedCertificates;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
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
  private final List<ByteString> hashes;

  CertificateHashTrustManager(List<ByteString> hashes) {
    this.hashes = hashes;
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    X509Certificate leaf = chain[0];
    Optional<String> unfit = HashedCertificates.unfit(leaf);
    if (unfit.isPresent()) {
      throw new CertificateException(unfit.get());
    }
    leaf.checkValidity();
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
