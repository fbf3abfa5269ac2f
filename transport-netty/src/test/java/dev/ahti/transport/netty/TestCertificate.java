package dev.ahti.transport.netty;

import dev.ahti.engine.spi.Credentials;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Self-signed certificates for tests. */
public final class TestCertificate {
  private static final Credentials SHARED =
      make("P-256", Duration.ofHours(-1), Duration.ofDays(10), "localhost");

  private TestCertificate() {}

  /** P-256, valid for ten days, for 127.0.0.1 and localhost. */
  public static Credentials shared() {
    return SHARED;
  }

  /**
   * One of its own.
   *
   * @param key P-256, P-384 or RSA
   * @param host a name; 127.0.0.1 is another of localhost
   */
  public static Credentials make(String key, Duration from, Duration length, String host) {
    try {
      boolean rsa = key.equals("RSA");
      AlgorithmParameterSpec spec =
          rsa
              ? new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4)
              : new ECGenParameterSpec(key.equals("P-384") ? "secp384r1" : "secp256r1");
      KeyPairGenerator generator = KeyPairGenerator.getInstance(rsa ? "RSA" : "EC");
      generator.initialize(spec);
      KeyPair pair = generator.generateKeyPair();
      Instant begin = Instant.now().plus(from);
      X500Name name = new X500Name("CN=" + host);
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  new JcaX509v3CertificateBuilder(
                          name,
                          BigInteger.valueOf(System.nanoTime()),
                          Date.from(begin),
                          Date.from(begin.plus(length)),
                          name,
                          pair.getPublic())
                      .addExtension(
                          Extension.subjectAlternativeName,
                          false,
                          new GeneralNames(
                              host.equals("localhost")
                                  ? new GeneralName[] {
                                    new GeneralName(GeneralName.dNSName, host),
                                    new GeneralName(GeneralName.iPAddress, "127.0.0.1")
                                  }
                                  : new GeneralName[] {new GeneralName(GeneralName.dNSName, host)}))
                      .build(
                          new JcaContentSignerBuilder(rsa ? "SHA256withRSA" : "SHA256withECDSA")
                              .build(pair.getPrivate())));
      return new Credentials(pair.getPrivate(), List.of(certificate));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The SHA-256 of the leaf. */
  public static ByteString hash(Credentials credentials) {
    try {
      return ByteString.fromArray(
          MessageDigest.getInstance("SHA-256").digest(credentials.chain().get(0).getEncoded()));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
