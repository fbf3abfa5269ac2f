package dev.ahti.wtspec;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * What a raw server shows: a key and its certificates, the leaf first.
 *
 * @param key of the leaf
 * @param chain the leaf, then its issuers
 */
public record RawCertificate(PrivateKey key, List<X509Certificate> chain) {
  /** Made when first asked for: one is enough for a JVM. */
  private static final class Shared {
    static final RawCertificate VALUE = selfSigned();
  }

  public RawCertificate {
    chain = List.copyOf(chain);
  }

  /** Self-signed, P-256, valid for ten days, for localhost and 127.0.0.1; one a JVM. */
  public static RawCertificate shared() {
    return Shared.VALUE;
  }

  private static RawCertificate selfSigned() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      Instant begin = Instant.now().minus(Duration.ofHours(1));
      X500Name name = new X500Name("CN=localhost");
      GeneralNames names =
          new GeneralNames(
              new GeneralName[] {
                new GeneralName(GeneralName.dNSName, "localhost"),
                new GeneralName(GeneralName.iPAddress, "127.0.0.1")
              });
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  new JcaX509v3CertificateBuilder(
                          name,
                          new BigInteger(64, new SecureRandom()),
                          Date.from(begin),
                          Date.from(begin.plus(Duration.ofDays(10))),
                          name,
                          pair.getPublic())
                      .addExtension(Extension.subjectAlternativeName, false, names)
                      .build(
                          new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
      return new RawCertificate(pair.getPrivate(), List.of(certificate));
    } catch (Exception e) {
      throw new AssertionError("no certificate", e);
    }
  }
}
