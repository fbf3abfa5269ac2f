package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.DialException;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.engine.spi.ListenOptions;
import dev.ahti.engine.spi.ServerTls;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.StreamCounts;
import dev.ahti.engine.spi.TransportConnection;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A host with several addresses, of which not all lead somewhere (RFC 8305). */
class AddressRaceIT {
  private static final String NOT_AT_ALL = "ahti.netty.addresses.head-start = 1 h";

  private static int listen(TestNet net, String address) {
    return TestNet.get(
            net.transport.bind(
                new ListenOptions(
                    "race",
                    new InetSocketAddress(address, 0),
                    ServerTls.of(TestCertificate.shared()),
                    Optional.empty(),
                    Map.of(
                        HttpVersion.HTTP_3,
                        TestNet.SETTINGS,
                        HttpVersion.HTTP_2,
                        Map.of(0x8L, 1L))),
                net::accepting))
        .localAddress()
        .getPort();
  }

  private static TransportConnection dial(
      TestNet net, HttpVersion version, int port, String... addresses) {
    return TestNet.get(
        net.transport.dial(
            new DialOptions(
                TestResolver.nameOf(addresses),
                port,
                ClientTls.of(ServerTrust.Insecure.INSTANCE),
                Optional.empty(),
                version,
                version == HttpVersion.HTTP_3 ? TestNet.SETTINGS : Map.of(),
                Duration.ofSeconds(9),
                StreamCounts.UNKNOWN)));
  }

  private static void assertReached(TestNet net, TransportConnection connection, String address)
      throws IOException {
    assertEquals(InetAddress.getByName(address), connection.remoteAddress().getAddress());
    net.drive(connection);
    net.drive(net.accepted());
  }

  @ParameterizedTest
  @EnumSource
  void oneThatSaysNothingIsOvertaken(HttpVersion version) throws Exception {
    try (TestNet net = new TestNet()) {
      int port = listen(net, "127.0.0.1");
      InetSocketAddress silent = new InetSocketAddress("127.0.0.2", port);
      try (ServerSocket tcp = new ServerSocket();
          DatagramSocket udp = new DatagramSocket(silent)) {
        tcp.bind(silent);
        assertReached(net, dial(net, version, port, "127.0.0.2", "127.0.0.1"), "127.0.0.1");
        // It was the first to be tried.
        if (version == HttpVersion.HTTP_3) {
          udp.receive(new DatagramPacket(new byte[1], 1));
        } else {
          tcp.accept().close();
        }
      }
    }
  }

  @Test
  void oneThatRefusesIsFollowedAtOnce() throws Exception {
    try (TestNet net = new TestNet(NOT_AT_ALL)) {
      int port = listen(net, "127.0.0.1");
      assertReached(
          net,
          dial(net, HttpVersion.HTTP_2, port, "127.0.0.2", "127.0.0.3", "127.0.0.1"),
          "127.0.0.1");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHostWithIpv6IsReachedOverIpv4WhereThatAloneLeadsThere(HttpVersion version)
      throws Exception {
    try (TestNet net = new TestNet()) {
      int port = listen(net, "127.0.0.1");
      assertReached(net, dial(net, version, port, "::1", "127.0.0.1"), "127.0.0.1");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHostWithIpv4IsReachedOverIpv6WhereThatAloneLeadsThere(HttpVersion version)
      throws Exception {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress("::1", 0));
    } catch (IOException none) {
      Assumptions.abort("no IPv6 here: " + none.getMessage());
    }
    try (TestNet net = new TestNet()) {
      int port = listen(net, "::1");
      assertReached(net, dial(net, version, port, "127.0.0.1", "::1"), "::1");
    }
  }

  @Test
  void eachThatFailedIsNamedWithItsReason() {
    try (TestNet net = new TestNet()) {
      int port = listen(net, "127.0.0.1");
      String why =
          assertThrows(
                  DialException.class,
                  () -> dial(net, HttpVersion.HTTP_2, port, "127.0.0.2", "127.0.0.3"))
              .getMessage();
      assertTrue(why.contains(": 127.0.0.2: ") && why.contains(": 127.0.0.3: "), why);
    }
  }

  @Test
  void noMoreAreTriedThanIsSaid() {
    try (TestNet net = new TestNet("ahti.netty.addresses.tried = 2")) {
      int port = listen(net, "127.0.0.1");
      assertThrows(
          DialException.class,
          () -> dial(net, HttpVersion.HTTP_2, port, "127.0.0.2", "127.0.0.3", "127.0.0.1"));
    }
  }
}
