package dev.ahti.transport.netty.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.DialException;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.transport.netty.TestCertificate;
import dev.ahti.transport.netty.TestNet;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("N16, W3C serverCertificateHashes: only P-256, 14 days and the right hash pass")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CertificateHashIT {
  private static final ByteString WRONG = ByteString.fromArray(new byte[32]);

  private final TestNet net = new TestNet();

  @AfterAll
  void close() {
    net.close();
  }

  private int listen(Credentials credentials) {
    return net.listen(ServerTls.of(credentials)).localAddress().getPort();
  }

  private static ServerTrust hashes(ByteString... hashes) {
    return new ServerTrust.CertificateHashes(List.of(hashes));
  }

  @ParameterizedTest(name = "{0}, from {1} h for {2} h")
  @CsvSource({
    "P-256, -1,     240, right, ''",
    "P-256, -1,     336, right, ''",
    "RSA,   -1,     240, right, certificate's key is not ECDSA on P-256",
    "P-384, -1,     240, right, certificate's key is not ECDSA on P-256",
    "P-256, -1,     360, right, certificate is valid for 15 days \\(expected: at most 14\\)",
    "P-256,  1,     240, right, NotBefore: .*",
    "P-256, -200,   100, right, NotAfter: .*",
    "P-256, -1,     240, wrong, certificate has none of the given hashes",
  })
  void judgesAndSaysWhy(String key, int from, int length, String hash, String reason) {
    Credentials shown =
        TestCertificate.make(
            key, Duration.ofHours(from), Duration.ofHours(length), "elsewhere.example.org");
    int port = listen(shown);
    ServerTrust trust = hashes(hash.equals("right") ? TestCertificate.hash(shown) : WRONG);
    if (reason.isEmpty()) {
      net.dial(port, trust).discard(Http3ErrorCode.H3_NO_ERROR, "");
      net.accepted();
    } else {
      DialException refused = assertThrows(DialException.class, () -> net.dial(port, trust));
      String expected =
          Pattern.quote(
                  "cannot connect to 127.0.0.1:"
                      + port
                      + ": the server's certificate was refused: ")
              + reason;
      assertEquals(true, refused.getMessage().matches(expected), refused.getMessage());
    }
  }

  @Test
  void oneOfSeveralHashesIsEnough() {
    Credentials shown = TestCertificate.shared();
    net.dial(listen(shown), hashes(WRONG, TestCertificate.hash(shown), WRONG))
        .discard(Http3ErrorCode.H3_NO_ERROR, "");
    net.accepted();
  }
}
