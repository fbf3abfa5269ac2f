package dev.ahti.transport.netty.tls;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.spi.Credentials;
import dev.ahti.transport.netty.TestCertificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("W3C WebTransport, custom certificate requirements")
class CertificateHashTrustManagerTest {

  private static void check(Credentials shown, ByteString... hashes) throws CertificateException {
    new CertificateHashTrustManager(List.of(hashes))
        .checkServerTrusted(
            shown.chain().toArray(new X509Certificate[0]), "UNKNOWN", (java.net.Socket) null);
  }

  private static Credentials make(String key, int fromHours, int lengthHours) {
    return TestCertificate.make(
        key, Duration.ofHours(fromHours), Duration.ofHours(lengthHours), "example.org");
  }

  @Test
  void oneOfTheHashesIsEnough() {
    Credentials shown = make("P-256", -1, 240);
    assertDoesNotThrow(
        () -> check(shown, ByteString.fromArray(new byte[32]), TestCertificate.hash(shown)));
  }

  @Test
  void fourteenDaysAreNotTooLong() {
    Credentials shown = make("P-256", -1, 14 * 24);
    assertDoesNotThrow(() -> check(shown, TestCertificate.hash(shown)));
  }

  @ParameterizedTest
  @CsvSource({
    "RSA,   -1,   240, key",
    "P-384, -1,   240, key",
    "P-256, -1,   337, at most 14",
    "P-256,  1,   240, NotBefore",
    "P-256, -200, 100, NotAfter",
  })
  void refuses(String key, int fromHours, int lengthHours, String reason) {
    Credentials shown = make(key, fromHours, lengthHours);
    CertificateException refused =
        assertThrows(CertificateException.class, () -> check(shown, TestCertificate.hash(shown)));
    assertTrue(refused.getMessage().contains(reason), refused.getMessage());
  }

  @Test
  void refusesWrongHash() {
    Credentials shown = make("P-256", -1, 240);
    assertThrows(
        CertificateException.class, () -> check(shown, ByteString.fromArray(new byte[32])));
    assertThrows(CertificateException.class, () -> check(shown));
  }
}
