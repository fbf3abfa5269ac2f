package dev.ahti.webtransport.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
