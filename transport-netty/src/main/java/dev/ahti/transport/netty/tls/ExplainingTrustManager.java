package dev.ahti.transport.netty.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import java.net.Socket;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Asks another trust manager, and keeps why it refused: of that, TLS passes on a number only, and
 * the peer is told less.
 */
final class ExplainingTrustManager extends X509ExtendedTrustManager {
  /** X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY: the alert is unknown_ca. */
  private static final int UNKNOWN_ISSUER = 20;

  /** X509_V_ERR_CERT_REJECTED: the alert is bad_certificate. */
  private static final int CERTIFICATE_REJECTED = 28;

  private static final Set<CertPathValidatorException.Reason> TOLD_BY_NETTY =
      Set.of(BasicReason.EXPIRED, BasicReason.NOT_YET_VALID, BasicReason.REVOKED);

  private final X509ExtendedTrustManager judge;

  ExplainingTrustManager(X509ExtendedTrustManager judge) {
    this.judge = judge;
  }

  private interface Check {
    void run() throws CertificateException;
  }

  private static void explain(SSLEngine engine, Check check) throws CertificateException {
    try {
      check.run();
    } catch (CertificateException | RuntimeException refused) {
      Handshake handshake = Handshake.of(engine);
      if (handshake != null) {
        handshake.rejected(reason(refused));
      }
      throw withAlert(refused);
    }
  }

  /**
   * Chooses the alert that the peer is told. Netty knows one for a time that is over or still to
   * come and for what was revoked; for the rest it would say that something broke here.
   */
  private static CertificateException withAlert(Exception refused) {
    boolean path = false;
    for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateExpiredException
          || cause instanceof CertificateNotYetValidException
          || (cause instanceof CertPathValidatorException invalid
              && TOLD_BY_NETTY.contains(invalid.getReason()))) {
        return refused instanceof CertificateException certificate
            ? certificate
            : new CertificateException(refused);
      }
      path |=
          cause instanceof CertPathBuilderException || cause instanceof CertPathValidatorException;
    }
    return new OpenSslCertificateException(
        reason(refused), refused, path ? UNKNOWN_ISSUER : CERTIFICATE_REJECTED);
  }

  /** The innermost message: what is around it says "validation failed". */
  private static String reason(Throwable refused) {
    Throwable cause = refused;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null || message.isEmpty() ? cause.toString() : message;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    explain(engine, () -> judge.checkServerTrusted(chain, authType, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    explain(engine, () -> judge.checkClientTrusted(chain, authType, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    judge.checkServerTrusted(chain, authType, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    judge.checkClientTrusted(chain, authType, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    judge.checkServerTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    judge.checkClientTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return judge.getAcceptedIssuers();
  }
}
