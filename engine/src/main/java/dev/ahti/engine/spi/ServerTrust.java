package dev.ahti.engine.spi;

import java.security.cert.X509Certificate;
import java.util.List;
import org.apache.pekko.util.ByteString;

/** How a client judges the server's certificate. */
public sealed interface ServerTrust {

  /** The JDK's trust store, with host name verification. */
  enum SystemStore implements ServerTrust {
    INSTANCE
  }

  /** These authorities only, with host name verification. */
  record Authorities(List<X509Certificate> certificates) implements ServerTrust {

    /** Copies the list. */
    public Authorities {
      certificates = List.copyOf(certificates);
    }
  }

  /**
   * The leaf's SHA-256 is one of these: an ECDSA certificate on P-256, valid now and for at most 14
   * days in all; the host name is not looked at (W3C WebTransport, {@code
   * serverCertificateHashes}).
   *
   * @param sha256 32 bytes each
   */
  record CertificateHashes(List<ByteString> sha256) implements ServerTrust {

    /** Copies the list. */
    public CertificateHashes {
      sha256 = List.copyOf(sha256);
    }
  }

  /** No check at all. For tests; never a default. */
  enum Insecure implements ServerTrust {
    INSTANCE
  }
}
