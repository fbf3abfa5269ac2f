package dev.ahti.sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.webtransport.WebTransportTypeException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the constructors of the text make TypeErrors. */
class SocketChecksTest {
  private static void typeError(Executable call) {
    assertEquals("TypeError", assertThrows(WebTransportTypeException.class, call).name());
  }

  @Test
  void aKeepAliveDelayBelowASecondIsATypeError() {
    TcpSocketOptions options = TcpSocketOptions.create();
    typeError(() -> options.withKeepAliveDelay(Duration.ofMillis(999)));
    typeError(() -> options.withKeepAliveDelay(Duration.ofMillis(0xffff_ffffL + 1)));
    assertEquals(Optional.empty(), options.keepAliveDelay());
    Duration least = Duration.ofMillis(1000);
    assertEquals(Optional.of(least), options.withKeepAliveDelay(least).keepAliveDelay());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 0xffff_ffffL + 1})
  void aBufferSizeOf0OrNoUnsignedLongIsATypeError(long bytes) {
    typeError(() -> TcpSocketOptions.create().withSendBufferSize(bytes));
    typeError(() -> TcpSocketOptions.create().withReceiveBufferSize(bytes));
  }

  @Test
  void optionsSayWhatWasSet() {
    TcpSocketOptions options =
        TcpSocketOptions.create()
            .withSendBufferSize(1)
            .withReceiveBufferSize(0xffff_ffffL)
            .withNoDelay(true)
            .withDnsQueryType(SocketDnsQueryType.IPV6);
    assertEquals(OptionalLong.of(1), options.sendBufferSize());
    assertEquals(OptionalLong.of(0xffff_ffffL), options.receiveBufferSize());
    assertEquals(true, options.noDelay());
    assertEquals(false, TcpSocketOptions.create().noDelay());
    assertEquals(Optional.of(SocketDnsQueryType.IPV6), options.dnsQueryType());
    TcpServerSocketOptions server =
        TcpServerSocketOptions.create().withLocalPort(65535).withBacklog(7).withIpv6Only(false);
    assertEquals(OptionalInt.of(65535), server.localPort());
    assertEquals(OptionalLong.of(7), server.backlog());
    assertEquals(Optional.of(false), server.ipv6Only());
  }

  @Test
  void aServersPortOrBacklogOf0IsATypeError() {
    TcpServerSocketOptions options = TcpServerSocketOptions.create();
    typeError(() -> options.withLocalPort(0));
    typeError(() -> options.withLocalPort(65536));
    typeError(() -> options.withBacklog(0));
    typeError(() -> options.withBacklog(0xffff_ffffL + 1));
  }

  @Test
  void addressesAndPortsAreLookedAtBeforeAnythingIsOpened() {
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "checks");
    try {
      typeError(() -> TcpSocket.open(system, "127.0.0.1", -1));
      typeError(() -> TcpSocket.open(system, "127.0.0.1", 65536));
      for (String none : new String[] {"localhost", "", "[::1]", "127.1", "0x7f.0.0.1"}) {
        typeError(() -> TcpServerSocket.open(system, none));
      }
      TcpServerSocketOptions only = TcpServerSocketOptions.create().withIpv6Only(true);
      typeError(() -> TcpServerSocket.open(system, "127.0.0.1", only));
      typeError(() -> TcpServerSocket.open(system, "::1", only));
    } finally {
      system.terminate();
    }
  }

  @Test
  void udpOptionsThatDoNotGoTogetherAreATypeError() {
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "checks");
    try {
      UdpSocketOptions none = UdpSocketOptions.create();
      UdpSocketOptions connected = UdpSocketOptions.connected("127.0.0.1", 1);
      UdpSocketOptions bound = UdpSocketOptions.bound("127.0.0.1");
      for (UdpSocketOptions wrong :
          new UdpSocketOptions[] {
            none,
            none.withRemoteAddress("127.0.0.1"),
            none.withRemotePort(1),
            none.withLocalPort(1),
            bound.withRemoteAddress("127.0.0.1").withRemotePort(1),
            bound.withRemotePort(1),
            connected.withLocalPort(1),
            bound.withDnsQueryType(SocketDnsQueryType.IPV4),
            connected.withIpv6Only(true),
            bound.withIpv6Only(false),
            connected.withMulticastAllowAddressSharing(true),
            UdpSocketOptions.bound("localhost"),
            UdpSocketOptions.bound("127.1"),
          }) {
        typeError(() -> UdpSocket.open(system, wrong));
      }
    } finally {
      system.terminate();
    }
  }

  @Test
  void numbersOfUdpOptionsHaveTheirBounds() {
    UdpSocketOptions options = UdpSocketOptions.create();
    typeError(() -> options.withLocalPort(0));
    typeError(() -> options.withLocalPort(65536));
    typeError(() -> options.withRemotePort(-1));
    typeError(() -> options.withSendBufferSize(0));
    typeError(() -> options.withReceiveBufferSize(0));
    typeError(() -> options.withMulticastTimeToLive(-1));
    typeError(() -> options.withMulticastTimeToLive(256));
    assertEquals(1, options.multicastTimeToLive());
    assertEquals(255, options.withMulticastTimeToLive(255).multicastTimeToLive());
    assertEquals(true, options.multicastLoopback());
    assertEquals(false, options.multicastAllowAddressSharing());
    typeError(() -> UdpMessage.to(ByteString.emptyByteString(), "127.0.0.1", 65536));
  }
}
