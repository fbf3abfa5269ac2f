package dev.ahti.transport.netty;

import dev.ahti.engine.spi.Credentials;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority for tests. */
public final class TestAuthority {
  private final X500Name name;
  private final KeyPair pair;
  private final X509Certificate certificate;

  public TestAuthority(String commonName) {
    try {
      name = new X500Name("CN=" + commonName);
      pair = pair("EC");
      certificate =
          sign(
              builder(name, pair, Duration.ofHours(-1), Duration.ofDays(365))
                  .addExtension(Extension.basicConstraints, true, new BasicConstraints(true)));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /** Issues a certificate on P-256, valid now, for these host names and IP literals. */
  public Credentials issue(String subject, String... hosts) {
    return issue("EC", subject, Duration.ofHours(-1), hosts);
  }

  /**
   * Issues a certificate for ten days.
   *
   * @param algorithm EC or RSA
   * @param from when they begin
   */
  public Credentials issue(String algorithm, String subject, Duration from, String... hosts) {
    try {
      KeyPair own = pair(algorithm);
      GeneralName[] names =
          Stream.of(hosts)
              .map(
                  host ->
                      new GeneralName(
                          host.matches("[0-9.]+|.*:.*")
                              ? GeneralName.iPAddress
                              : GeneralName.dNSName,
                          host))
              .toArray(GeneralName[]::new);
      JcaX509v3CertificateBuilder builder =
          builder(new X500Name("CN=" + subject), own, from, Duration.ofDays(10));
      if (hosts.length > 0) {
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      }
      return new Credentials(own.getPrivate(), List.of(sign(builder), certificate));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private JcaX509v3CertificateBuilder builder(
      X500Name subject, KeyPair own, Duration from, Duration length) {
    Instant begin = Instant.now().plus(from);
    return new JcaX509v3CertificateBuilder(
        name,
        BigInteger.valueOf(System.nanoTime()),
        Date.from(begin),
        Date.from(begin.plus(length)),
        subject,
        own.getPublic());
  }

  private X509Certificate sign(org.bouncycastle.cert.X509v3CertificateBuilder builder)
      throws Exception {
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
  }

  private static KeyPair pair(String algorithm) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(algorithm.equals("EC") ? 256 : 2048);
    return generator.generateKeyPair();
  }
}
