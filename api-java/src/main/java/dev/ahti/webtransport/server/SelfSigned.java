package dev.ahti.webtransport.server;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/** Makes certificates that browsers accept by hash. */
final class SelfSigned {
  /** Clocks differ; browsers refuse a certificate from the future. */
  private static final Duration BACKDATED = Duration.ofHours(1);

  /** Browsers refuse more than 14 days in all; a day less leaves room for rounding. */
  private static final Duration VALIDITY = Duration.ofDays(13);

  private static final int SERIAL_BITS = 127;

  private SelfSigned() {}

  static ServerCertificate create(List<String> names) {
    return create(names, Instant.now().minus(BACKDATED), VALIDITY);
  }

  /** Valid from then on for so long; certificates know whole seconds only. */
  static ServerCertificate create(List<String> names, Instant from, Duration validity) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("names: none (expected: a host name or IP literal)");
    }
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      return ServerCertificate.of(
          pair.getPrivate(), List.of(certificate(pair, names, from, validity)));
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new IllegalStateException("cannot make a P-256 certificate for " + names, e);
    }
  }

  private static X509Certificate certificate(
      KeyPair pair, List<String> names, Instant from, Duration validity)
      throws GeneralSecurityException, OperatorCreationException, CertIOException {
    X500Name subject =
        new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, names.get(0)).build();
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            subject,
            new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE),
            Date.from(from),
            Date.from(from.plus(validity)),
            subject,
            pair.getPublic());
    GeneralName[] alternatives = names.stream().map(SelfSigned::name).toArray(GeneralName[]::new);
    builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
  }

  private static GeneralName name(String name) {
    return new GeneralName(
        IPAddress.isValid(name) ? GeneralName.iPAddress : GeneralName.dNSName, name);
  }
}
