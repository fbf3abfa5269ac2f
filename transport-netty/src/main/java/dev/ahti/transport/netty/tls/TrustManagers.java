package dev.ahti.transport.netty.tls;

import dev.ahti.engine.spi.ServerTrust;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Makes the trust managers that judge the peer's certificate. */
final class TrustManagers {
  private TrustManagers() {}

  /** Whoever this trust accepts. */
  static X509ExtendedTrustManager of(ServerTrust trust) {
    if (trust instanceof ServerTrust.Authorities authorities) {
      return authorities(authorities.certificates());
    } else if (trust instanceof ServerTrust.CertificateHashes hashes) {
      return new ExplainingTrustManager(new CertificateHashTrustManager(hashes.sha256()));
    } else if (trust instanceof ServerTrust.Insecure) {
      return new ExplainingTrustManager(first(InsecureTrustManagerFactory.INSTANCE));
    }
    return new ExplainingTrustManager(jdk(null));
  }

  /** Whoever these authorities have issued a certificate to. */
  static X509ExtendedTrustManager authorities(List<X509Certificate> certificates) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (int i = 0; i < certificates.size(); i++) {
        store.setCertificateEntry("authority-" + i, certificates.get(i));
      }
      return new ExplainingTrustManager(jdk(store));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException("the authorities cannot be used: " + e.getMessage(), e);
    }
  }

  private static X509ExtendedTrustManager jdk(@Nullable KeyStore store) {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return first(factory);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the trust store cannot be used: " + e.getMessage(), e);
    }
  }

  private static X509ExtendedTrustManager first(TrustManagerFactory factory) {
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new IllegalArgumentException("this JDK's trust manager sees no host names");
  }
}
