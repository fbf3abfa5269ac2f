package dev.ahti.transport.netty.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.ClientAuthentication;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.DialException;
import dev.ahti.engine.spi.ServerCredentials;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.engine.spi.TransportListener;
import dev.ahti.transport.netty.TestAuthority;
import dev.ahti.transport.netty.TestCertificate;
import dev.ahti.transport.netty.TestNet;
import dev.ahti.transport.netty.TestSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which certificate a server shows: by the name that a client asks for, and by the time. */
class ServerNamesIT {
  private final TestNet net = new TestNet();
  private final TestAuthority authority = new TestAuthority("Authority");

  @AfterEach
  void close() {
    net.close();
  }

  private String shown(String host, int port) {
    TransportConnection connection =
        net.dial(host, port, ClientTls.of(ServerTrust.Insecure.INSTANCE));
    String subject =
        connection.facts().peerCertificates().get(0).getSubjectX500Principal().getName();
    connection.discard(Http3ErrorCode.H3_NO_ERROR, "");
    net.accepted();
    return subject;
  }

  @Test
  void showsTheExactNamesThenTheWildcardsThenTheFallback() {
    ServerCredentials several =
        new ServerCredentials(
            authority.issue("fallback"),
            Map.of(
                "a.example.org", authority.issue("exact"),
                "*.example.org", authority.issue("wildcard"),
                "rsa.example.org", authority.issue("RSA", "rsa", java.time.Duration.ZERO)));
    int port =
        net.listen(new ServerTls(several, ClientAuthentication.NONE, false))
            .localAddress()
            .getPort();
    assertEquals("CN=exact", shown("a.example.org", port));
    assertEquals("CN=exact", shown("A.EXAMPLE.ORG", port));
    assertEquals("CN=wildcard", shown("b.example.org", port));
    assertEquals("CN=rsa", shown("rsa.example.org", port));
    assertEquals("CN=fallback", shown("x.b.example.org", port), "a wildcard is one label");
    assertEquals("CN=fallback", shown("example.org", port));
    assertEquals("CN=fallback", shown("a.example.net", port));
    assertEquals("CN=fallback", shown("127.0.0.1", port), "clients name no address");
  }

  @Test
  void rotationFailsNoHandshakeAndEndsNoConnection() {
    TransportListener listener = net.listen();
    int port = listener.localAddress().getPort();
    TestNet.Side client = net.drive(net.dial(port, ServerTrust.Insecure.INSTANCE));
    TestNet.Pair before = new TestNet.Pair(client, net.drive(net.accepted()));
    List<Credentials> certificates = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      certificates.add(authority.issue("certificate-" + i));
    }
    for (int i = 0; i < certificates.size(); i++) {
      listener.replaceCredentials(ServerCredentials.of(certificates.get(i)));
      assertEquals("CN=certificate-" + i, shown("127.0.0.1", port), "seen by the next handshake");
    }
    before.client().expect(dev.ahti.engine.spi.TransportEvent.PeerSettings.class);
    before.server().expect(dev.ahti.engine.spi.TransportEvent.PeerSettings.class);
    assertEquals(0, TestSession.open(net, before).id(), "the connection of before goes on");
  }

  @Test
  void certificatesThatTlsCannotUseLeaveTheOldOnes() {
    TransportListener listener = net.listen();
    Credentials mixed =
        new Credentials(
            authority.issue("RSA", "one", java.time.Duration.ZERO).key(),
            authority.issue("other").chain());
    assertThrows(
        IllegalArgumentException.class,
        () -> listener.replaceCredentials(ServerCredentials.of(mixed)));
    net.dial(
            listener.localAddress().getPort(),
            new ServerTrust.CertificateHashes(
                List.of(TestCertificate.hash(TestCertificate.shared()))))
        .discard(Http3ErrorCode.H3_NO_ERROR, "");
    net.accepted();
  }

  @Test
  void clientThatComesBackIsShownTheNewCertificate() {
    TransportListener listener = net.listen();
    int port = listener.localAddress().getPort();
    ServerTrust first =
        new ServerTrust.CertificateHashes(List.of(TestCertificate.hash(TestCertificate.shared())));
    net.dial(port, first).discard(Http3ErrorCode.H3_NO_ERROR, "");
    net.accepted();
    listener.replaceCredentials(ServerCredentials.of(authority.issue("new")));
    assertThrows(DialException.class, () -> net.dial(port, first));
  }
}
