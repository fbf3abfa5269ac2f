package dev.ahti.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ahti.webtransport.WebTransportHash;
import dev.ahti.webtransport.server.ServerCertificate;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server with a certificate from files and one origin, and clients that trust it in their way.
 */
class CertificateOptionsIT {
  private static final String ORIGIN = "https://pages.example";

  @TempDir private static Path folder;

  private static ServerCertificate certificate;
  private static Path chain;
  private static AhtiProcess server;
  private static JsonNode listening;

  @BeforeAll
  static void serve() throws Exception {
    certificate = ServerCertificate.selfSigned("localhost", "127.0.0.1");
    chain = pem("chain.pem", "CERTIFICATE", certificate.chain().get(0).getEncoded());
    Path key = pem("key.pem", "PRIVATE KEY", certificate.key().getEncoded());
    server =
        AhtiProcess.start(
            folder,
            "serve",
            "--port",
            "0",
            "--no-page",
            "--json",
            "--origin",
            ORIGIN,
            "--cert",
            chain.toString(),
            "--key",
            key.toString());
    listening = server.json();
  }

  @AfterAll
  static void end() throws Exception {
    try (AhtiProcess ending = server) {
      assertEquals(0, ending.terminate().exitCode(), ending::errors);
    }
  }

  private static Path pem(String name, String type, byte[] content) throws Exception {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return Files.writeString(
        folder.resolve(name),
        "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
  }

  private static AhtiProcess connect(String... options) throws Exception {
    return connect(List.of(), options);
  }

  private static AhtiProcess connect(List<String> jvmOptions, String... options) throws Exception {
    String[] args = new String[2 + options.length];
    args[0] = "connect";
    args[1] = listening.get("url").asText() + "/echo";
    System.arraycopy(options, 0, args, 2, options.length);
    return AhtiProcess.start(folder, jvmOptions, args)
        .feed("hi\n".getBytes(StandardCharsets.UTF_8));
  }

  private static void assertEchoes(String... options) throws Exception {
    assertEchoes(List.of(), options);
  }

  private static void assertEchoes(List<String> jvmOptions, String... options) throws Exception {
    try (AhtiProcess client = connect(jvmOptions, options)) {
      assertEquals("hi\n", client.rest(), client::errors);
      assertEquals(0, client.exitCode(), client::errors);
    }
  }

  private static void assertRefused(String part, String... options) throws Exception {
    try (AhtiProcess client = connect(options)) {
      assertEquals("", client.rest());
      assertEquals(1, client.exitCode(), client::errors);
      assertTrue(client.errors().contains(part), client::errors);
    }
  }

  @Test
  void theServerShowsTheCertificateOfTheFile() throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(certificate.chain().get(0).getEncoded());
    String hex = HexFormat.of().formatHex(hash);
    assertEquals(WebTransportHash.sha256(hex).hex(), listening.get("certificateHash").asText());
    assertEchoes("--cert-hash", hex);
  }

  @Test
  void aClientTrustsTheAuthoritiesOfAFile() throws Exception {
    assertEchoes("--ca", chain.toString());
  }

  @Test
  void aClientTrustsAnythingWhenItIsTold() throws Exception {
    assertEchoes("--insecure");
  }

  @Test
  void aClientTrustsTheTrustStoreOfItsSystem() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("server", certificate.chain().get(0));
    Path file = folder.resolve("trusted.p12");
    try (OutputStream to = Files.newOutputStream(file)) {
      store.store(to, "secret".toCharArray());
    }
    assertEchoes(
        List.of("-Djavax.net.ssl.trustStore=" + file, "-Djavax.net.ssl.trustStorePassword=secret"));
  }

  @Test
  void aClientTrustsNobodyElse() throws Exception {
    assertRefused("certificate");
  }

  @Test
  void anOriginIsSentAndJudged() throws Exception {
    assertEchoes("--insecure", "--origin", ORIGIN);
    assertRefused("403", "--insecure", "--origin", "https://other.example");
  }
}
