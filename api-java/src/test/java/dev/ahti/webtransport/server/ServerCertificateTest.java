package dev.ahti.webtransport.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.ClientCertificate;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.time.Duration;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerCertificateTest {

  @Test
  void aSelfSignedOneMeetsTheRulesOfServerCertificateHashes() throws Exception {
    X509Certificate leaf = ServerCertificate.selfSigned("127.0.0.1", "localhost").chain().get(0);
    leaf.checkValidity();
    leaf.verify(leaf.getPublicKey());
    Duration validity =
        Duration.between(leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant());
    assertTrue(validity.compareTo(Duration.ofDays(14)) <= 0, validity.toString());
    assertEquals(3, leaf.getVersion());
    assertEquals(
        256, ((ECPublicKey) leaf.getPublicKey()).getParams().getCurve().getField().getFieldSize());
    assertEquals(
        List.of(List.of(7, "127.0.0.1"), List.of(2, "localhost")),
        List.copyOf(leaf.getSubjectAlternativeNames()));
  }

  @Test
  void theHashIsTheSha256OfTheLeaf() throws Exception {
    ServerCertificate certificate = ServerCertificate.selfSigned("localhost");
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(certificate.chain().get(0).getEncoded());
    assertEquals(HexFormat.of().formatHex(digest), certificate.hash().hex());
  }

  @Test
  void pemFilesAreRead(@TempDir Path folder) throws Exception {
    ServerCertificate made = ServerCertificate.selfSigned("localhost");
    Path chain = pem(folder.resolve("chain.pem"), made.chain().get(0));
    Path key = pem(folder.resolve("key.pem"), new JcaPKCS8Generator(made.key(), null));
    ServerCertificate read = ServerCertificate.fromPem(chain, key);
    assertEquals(made.hash(), read.hash());
    assertEquals(made.key(), read.key());
  }

  @Test
  void aMissingOrWrongFileIsNamed(@TempDir Path folder) throws Exception {
    Path chain = pem(folder.resolve("chain.pem"), ServerCertificate.selfSigned("a").chain().get(0));
    Path none = folder.resolve("none.pem");
    assertEquals(
        none + ": no such file",
        assertThrows(IOException.class, () -> ServerCertificate.fromPem(none, none)).getMessage());
    String swapped =
        assertThrows(IOException.class, () -> ServerCertificate.fromPem(chain, chain)).getMessage();
    assertTrue(swapped.startsWith(chain + ": no private key"), swapped);
    Path text = Files.writeString(folder.resolve("text.pem"), "hello");
    String noCertificate =
        assertThrows(IOException.class, () -> ServerCertificate.fromPem(text, text)).getMessage();
    assertTrue(noCertificate.startsWith(text + ": "), noCertificate);
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA"})
  void keysOfBothKindsAreReadInTheirOldForms(String algorithm, @TempDir Path folder)
      throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(algorithm.equals("EC") ? 256 : 2048);
    KeyPair pair = generator.generateKeyPair();
    X509Certificate leaf = selfSigned(pair);
    Path chain = pem(folder.resolve("chain.pem"), leaf);
    // SEC1 and PKCS#1: "EC PRIVATE KEY", "RSA PRIVATE KEY".
    Path key = pem(folder.resolve("key.pem"), oldForm(pair.getPrivate()));
    assertTrue(Files.readString(key).contains(algorithm + " PRIVATE KEY"));
    PrivateKey read = ServerCertificate.fromPem(chain, key).key();
    assertEquals(number(pair.getPrivate()), number(read));
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused(@TempDir Path folder) throws Exception {
    ServerCertificate one = ServerCertificate.selfSigned("one");
    ServerCertificate other = ServerCertificate.selfSigned("other");
    Path chain = pem(folder.resolve("chain.pem"), one.chain().get(0));
    Path key = pem(folder.resolve("key.pem"), new JcaPKCS8Generator(other.key(), null));
    assertEquals(
        key + ": not the key of the certificate in " + chain,
        assertThrows(IOException.class, () -> ServerCertificate.fromPem(chain, key)).getMessage());
  }

  @Test
  void keyStoresAreRead(@TempDir Path folder) throws Exception {
    ServerCertificate made = ServerCertificate.selfSigned("localhost");
    Path file = folder.resolve("server.p12");
    char[] password = "secret".toCharArray();
    keyStore(file, password, made);
    ServerCertificate read = ServerCertificate.fromKeyStore(file, password);
    assertEquals(made.hash(), read.hash());
    assertEquals(made.key(), read.key());
    assertEquals(made.key(), ClientCertificate.fromKeyStore(file, password).key());

    assertEquals(
        file + ": wrong password",
        assertThrows(
                IOException.class,
                () -> ServerCertificate.fromKeyStore(file, "wrong".toCharArray()))
            .getMessage());
    Path text = Files.writeString(folder.resolve("text.p12"), "hello");
    String noStore =
        assertThrows(IOException.class, () -> ServerCertificate.fromKeyStore(text, password))
            .getMessage();
    assertTrue(noStore.startsWith(text + ": no PKCS#12"), noStore);
    Path none = folder.resolve("none.p12");
    assertEquals(
        none + ": no such file",
        assertThrows(IOException.class, () -> ServerCertificate.fromKeyStore(none, password))
            .getMessage());
    Path empty = folder.resolve("empty.p12");
    keyStore(empty, password);
    assertEquals(
        empty + ": 0 private keys in it (expected: one, in PKCS#12)",
        assertThrows(IOException.class, () -> ServerCertificate.fromKeyStore(empty, password))
            .getMessage());
  }

  private static void keyStore(Path file, char[] password, ServerCertificate... keys)
      throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (ServerCertificate one : keys) {
      store.setKeyEntry("key", one.key(), password, one.chain().toArray(new X509Certificate[0]));
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, password);
    }
  }

  private static Object oldForm(PrivateKey key) throws IOException {
    return key instanceof ECPrivateKey ec
        ? new PemObject(
            "EC PRIVATE KEY",
            new org.bouncycastle.asn1.sec.ECPrivateKey(
                    256, ec.getS(), SECObjectIdentifiers.secp256r1)
                .getEncoded())
        : key;
  }

  private static BigInteger number(PrivateKey key) {
    return key instanceof ECPrivateKey ec ? ec.getS() : ((RSAPrivateKey) key).getPrivateExponent();
  }

  private static X509Certificate selfSigned(KeyPair pair) throws Exception {
    X500Name name = new X500Name("CN=test");
    Date now = new Date();
    String algorithm =
        pair.getPrivate().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(name, BigInteger.ONE, now, now, name, pair.getPublic())
                .build(new JcaContentSignerBuilder(algorithm).build(pair.getPrivate())));
  }

  @Test
  void theTextFormDoesNotShowTheKey() {
    ServerCertificate certificate = ServerCertificate.selfSigned("localhost");
    assertFalse(certificate.toString().contains("rivate"), certificate.toString());
    assertTrue(certificate.toString().contains("CN=localhost"), certificate.toString());
  }

  private static Path pem(Path file, Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return Files.writeString(file, text.toString());
  }
}
