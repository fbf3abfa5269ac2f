package dev.ahti.transport.netty.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.DialException;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.TransportConnection;
import dev.ahti.transport.netty.TestAuthority;
import dev.ahti.transport.netty.TestNet;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("RFC 9110 4.3.4: a client checks who the server's certificate is for")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostNameIT {
  private final TestNet net = new TestNet();
  private final TestAuthority authority = new TestAuthority("Authority");
  private final ClientTls trusting =
      ClientTls.of(new ServerTrust.Authorities(List.of(authority.certificate())));
  private final int port =
      listen(authority.issue("server", "a.example.org", "*.example.net", "127.0.0.1"));
  private final int portWithoutAddress = listen(authority.issue("server", "a.example.org"));

  private int listen(Credentials credentials) {
    return net.listen(ServerTls.of(credentials)).localAddress().getPort();
  }

  @AfterAll
  void close() {
    net.close();
  }

  private void connects(String host, int to) {
    TransportConnection connection = net.dial(host, to, trusting);
    assertEquals(
        "CN=server",
        connection.facts().peerCertificates().get(0).getSubjectX500Principal().getName());
    connection.discard(Http3ErrorCode.H3_NO_ERROR, "");
    net.accepted();
  }

  private String refusal(String host, int to, ClientTls tls) {
    String message = assertThrows(DialException.class, () -> net.dial(host, to, tls)).getMessage();
    assertTrue(
        message.startsWith(
            "cannot connect to " + host + ":" + to + ": the server's certificate was refused: "),
        message);
    return message;
  }

  @ParameterizedTest
  @CsvSource({"a.example.org", "A.Example.ORG", "x.example.net", "127.0.0.1"})
  void acceptsItsNamesAndAddresses(String host) {
    connects(host, port);
  }

  @ParameterizedTest
  @CsvSource({"b.example.org", "example.org", "example.net", "x.y.example.net", "localhost"})
  void refusesEveryOtherName(String host) {
    String message = refusal(host, port, trusting);
    assertTrue(message.contains(host), message);
  }

  @Test
  void refusesAnAddressThatIsNotNamed() {
    String message = refusal("127.0.0.1", portWithoutAddress, trusting);
    assertTrue(message.contains("127.0.0.1"), message);
  }

  @Test
  void refusesAnotherAuthority() {
    TestAuthority other = new TestAuthority("Other");
    String message =
        refusal(
            "a.example.org",
            port,
            ClientTls.of(new ServerTrust.Authorities(List.of(other.certificate()))));
    assertTrue(message.contains("path"), message);
  }

  @ParameterizedTest
  @CsvSource({"-20, NotAfter", "1, NotBefore"})
  void refusesAnotherTime(int fromDays, String reason) {
    int there = listen(authority.issue("EC", "server", Duration.ofDays(fromDays), "a.example.org"));
    String message = refusal("a.example.org", there, trusting);
    assertTrue(message.contains(reason), message);
  }
}
