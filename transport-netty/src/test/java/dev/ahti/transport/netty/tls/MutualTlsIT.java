package dev.ahti.transport.netty.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.ClientAuthentication;
import dev.ahti.engine.spi.ClientAuthentication.Mode;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.transport.netty.TestAuthority;
import dev.ahti.transport.netty.TestCertificate;
import dev.ahti.transport.netty.TestNet;
import java.security.cert.CertificateExpiredException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource
@DisplayName("N15: a server that asks clients for certificates")
class MutualTlsIT {
  private static final TestAuthority AUTHORITY = new TestAuthority("Authority");

  /** Has the other's name, or a client would not even show what it issued. */
  private static final TestAuthority STRANGER = new TestAuthority("Authority");

  /** What does TLS. */
  enum Tls {
    QUIC(HttpVersion.HTTP_3, true),
    BORINGSSL(HttpVersion.HTTP_2, true),
    JDK(HttpVersion.HTTP_2, false);

    private final HttpVersion version;
    private final boolean isNative;

    Tls(HttpVersion version, boolean isNative) {
      this.version = version;
      this.isNative = isNative;
    }
  }

  private final Tls tls;
  private final TestNet net;

  MutualTlsIT(Tls tls) {
    this.tls = tls;
    this.net = new TestNet("ahti.netty.http2.native-tls = " + tls.isNative);
  }

  @AfterEach
  void close() {
    net.close();
  }

  private int listen(Mode mode) {
    ClientAuthentication clients =
        mode == Mode.NONE
            ? ClientAuthentication.NONE
            : new ClientAuthentication(mode, List.of(AUTHORITY.certificate()));
    return net.listen(
            tls.version,
            new ServerTls(ServerCredentials.of(TestCertificate.shared()), clients, false))
        .localAddress()
        .getPort();
  }

  private static Optional<Credentials> client(String which) {
    return switch (which) {
      case "good" -> Optional.of(AUTHORITY.issue("alice"));
      case "rsa" -> Optional.of(AUTHORITY.issue("RSA", "alice", Duration.ofHours(-1)));
      case "expired" -> Optional.of(AUTHORITY.issue("EC", "alice", Duration.ofDays(-20)));
      case "early" -> Optional.of(AUTHORITY.issue("EC", "alice", Duration.ofDays(1)));
      case "stranger" -> Optional.of(STRANGER.issue("alice"));
      default -> Optional.empty();
    };
  }

  private TransportConnection dial(int port, String which) {
    return net.dial(
        tls.version, port, new ClientTls(ServerTrust.Insecure.INSTANCE, client(which), false));
  }

  @ParameterizedTest
  @CsvSource({
    "REQUIRED, good, CN=alice",
    "REQUIRED, rsa,  CN=alice",
    "OPTIONAL, good, CN=alice",
    "OPTIONAL, none, ''",
    "NONE,     good, ''",
    "NONE,     none, ''",
  })
  void letsInAndTellsTheServerWho(Mode mode, String which, String subject) {
    TransportConnection client = dial(listen(mode), which);
    List<X509Certificate> chain = net.accepted().facts().peerCertificates();
    assertEquals(subject, chain.isEmpty() ? "" : chain.get(0).getSubjectX500Principal().getName());
    assertEquals(subject.isEmpty() ? 0 : 2, chain.size(), "the chain as it was sent");
    client.discard(Http3ErrorCode.H3_NO_ERROR, "");
  }

  /** Over TCP it is TLS that ends the connection, and not the peer's HTTP. */
  private void assertRefused(TransportEvent.ConnectionClosed closed) {
    assertEquals(tls == Tls.QUIC, closed.byPeer());
  }

  /** The alert that a client is sent: a server with the JDK's TLS says less of what is wrong. */
  private String alert(String exact) {
    if (tls != Tls.JDK) {
      return exact;
    }
    return exact.equals("certificate_required") ? "bad_certificate" : "certificate_unknown";
  }

  private void comeBack(int port, ClientTls own, String subject) {
    TestNet.Side client = net.drive(net.dial(tls.version, port, own));
    TransportConnection accepted = net.accepted();
    assertEquals(
        subject, accepted.facts().peerCertificates().get(0).getSubjectX500Principal().getName());
    net.drive(accepted);
    // The tickets come before the server's SETTINGS.
    client.expect(TransportEvent.PeerSettings.class);
    client.connection().discard(Http3ErrorCode.H3_NO_ERROR, "");
    client.expectClosed();
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUIRED", "OPTIONAL"})
  void aClientThatComesBackWithATicketIsKnown(Mode mode) {
    int port = listen(mode);
    ClientTls own = new ClientTls(ServerTrust.Insecure.INSTANCE, client("good"), false);
    comeBack(port, own, "CN=alice");
    comeBack(port, own, "CN=alice");
    net.awaitGauge(Gauges.HANDSHAKES_FAILED, 0);
  }

  /** A session that is resumed asks for no certificate, and none is judged by the trust manager. */
  @ParameterizedTest
  @EnumSource(names = {"REQUIRED", "OPTIONAL"})
  void aClientWhoseCertificateHasExpiredDoesNotComeBackWithItsTicket(Mode mode) {
    int port = listen(mode);
    Credentials brief =
        AUTHORITY.issue("EC", "alice", Duration.ofDays(-10).plus(Duration.ofSeconds(4)));
    ClientTls own = new ClientTls(ServerTrust.Insecure.INSTANCE, Optional.of(brief), false);
    comeBack(port, own, "CN=alice");
    net.kit
        .createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(10),
            () ->
                assertThrows(
                    CertificateExpiredException.class, () -> brief.chain().get(0).checkValidity()));
    TestNet.Side client = net.drive(net.dial(tls.version, port, own));
    TransportEvent.ConnectionClosed closed = client.expectClosed();
    assertRefused(closed);
    assertTrue(closed.reason().contains("refused with alert"), closed.reason());
    assertTrue(closed.reason().contains(alert("certificate_expired")), closed.reason());
    net.kit
        .createTestProbe()
        .awaitAssert(
            () -> {
              net.awaitGauge(Gauges.HANDSHAKES_FAILED, 1);
              return null;
            });
    net.awaitGauge(Gauges.HANDSHAKES, 0);
  }

  /**
   * In TLS 1.3 a client is done before the server has judged it, so the refusal closes a connection
   * that was open: nothing was sent on it yet.
   */
  @ParameterizedTest
  @CsvSource({
    "REQUIRED, none,     certificate_required",
    "REQUIRED, expired,  certificate_expired",
    "REQUIRED, early,    certificate_expired",
    "REQUIRED, stranger, unknown_ca",
    "OPTIONAL, stranger, unknown_ca",
    "OPTIONAL, expired,  certificate_expired",
  })
  void refusesInTheHandshakeAndBothSidesSeeIt(Mode mode, String which, String alert) {
    int port = listen(mode);
    String why;
    try {
      TestNet.Side client = net.drive(dial(port, which));
      TransportEvent.ConnectionClosed closed = client.expectClosed();
      assertRefused(closed);
      why = closed.reason();
    } catch (RuntimeException refused) {
      why = refused.getMessage();
    }
    assertTrue(why.contains("refused") && why.contains(alert(alert)), why);
    net.kit
        .createTestProbe()
        .awaitAssert(
            () -> {
              net.awaitGauge(Gauges.HANDSHAKES_FAILED, 1);
              return null;
            });
    net.awaitGauge(Gauges.HANDSHAKES, 0);
  }
}
