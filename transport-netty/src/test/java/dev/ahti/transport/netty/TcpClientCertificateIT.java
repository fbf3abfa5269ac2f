package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.ClientAuthentication;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates of clients over TCP, which TLS 1.3 judges when the client is done already. */
class TcpClientCertificateIT {
  private static final TestAuthority AUTHORITY = new TestAuthority("clients");
  private static final ServerTls REQUIRING =
      new ServerTls(
          ServerCredentials.of(TestCertificate.shared()),
          new ClientAuthentication(
              ClientAuthentication.Mode.REQUIRED, List.of(AUTHORITY.certificate())),
          false);

  private static ClientTls showing(Optional<Credentials> own) {
    return new ClientTls(ServerTrust.Insecure.INSTANCE, own, false);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void serverSeesTheChainThatItChecked(boolean nativeTls) {
    try (TestNet net = new TestNet("ahti.netty.http2.native-tls = " + nativeTls)) {
      Credentials own = AUTHORITY.issue("client");
      TestNet.Pair pair = net.pair(HttpVersion.HTTP_2, REQUIRING, showing(Optional.of(own)));
      assertEquals(
          own.chain().get(0), pair.server().connection().facts().peerCertificates().get(0));
    }
  }

  /** The JDK's TLS calls it a bad certificate up to some release. */
  @ParameterizedTest
  @CsvSource({
    "true, 116 \\(certificate_required\\)",
    "false, 42 \\(bad_certificate\\)|116 \\(certificate_required\\)"
  })
  void clientThatShowsNoneIsToldTheAlert(boolean nativeTls, String alert) {
    try (TestNet net = new TestNet("ahti.netty.http2.native-tls = " + nativeTls)) {
      TestNet.Side client = net.dialAlone(HttpVersion.HTTP_2, REQUIRING, showing(Optional.empty()));
      String reason = client.expectClosed().reason();
      assertTrue(
          reason.matches("the TLS handshake was refused with alert (" + alert + ")"), reason);
    }
  }
}
