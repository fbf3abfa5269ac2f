package dev.ahti.engine.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerTlsTest {
  private static final Credentials ONE = any();

  private static Credentials any() {
    try (InputStream pem = ServerTlsTest.class.getResourceAsStream("/testkit/leaf.pem")) {
      return new Credentials(
          KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate(),
          List.of(
              (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem)));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "a..b", "*.*.org", "a.*.org", "https://a.org", "a b", "a.org."})
  void refusesWhatIsNoHostName(String name) {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> new ServerCredentials(ONE, Map.of(name, ONE)));
    assertTrue(refused.getMessage().contains("'" + name + "'"), refused.getMessage());
  }

  @Test
  void keepsNamesInLowerCase() {
    assertEquals(
        Set.of("a.example.org", "*.example.net"),
        new ServerCredentials(ONE, Map.of("A.Example.ORG", ONE, "*.Example.net", ONE))
            .byName()
            .keySet());
  }

  @ParameterizedTest
  @ValueSource(strings = {"OPTIONAL", "REQUIRED"})
  void whoAsksForCertificatesHasToTrustSomebody(ClientAuthentication.Mode mode) {
    assertThrows(IllegalArgumentException.class, () -> new ClientAuthentication(mode, List.of()));
  }
}
