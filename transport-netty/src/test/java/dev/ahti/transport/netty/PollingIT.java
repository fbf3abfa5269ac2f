package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ahti.engine.dialect.HttpVersion;
import io.netty.channel.Channel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.quic.QuicChannel;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the kernel is asked what has come: by epoll where it loads, by java.nio where it is off. */
class PollingIT {
  /** The setting of a machine where epoll does not load. */
  static final String NIO = "ahti.netty.epoll = off";

  @ParameterizedTest
  @EnumSource
  void epollOffMakesEverySocketOneOfNio(HttpVersion version) {
    try (TestNet net = new TestNet(NIO)) {
      assertCarriesASession(net, version);
      assertEquals(
          switch (version) {
            case HTTP_3 -> Set.of(NioDatagramChannel.class);
            case HTTP_2 -> Set.of(NioServerSocketChannel.class, NioSocketChannel.class);
          },
          kinds(net));
    }
  }

  @ParameterizedTest
  @EnumSource
  void epollIsTakenWhereItLoads(HttpVersion version) {
    assumeTrue(Epoll.isAvailable(), "epoll does not load here");
    try (TestNet net = new TestNet()) {
      assertCarriesASession(net, version);
      assertEquals(
          switch (version) {
            case HTTP_3 -> Set.of(EpollDatagramChannel.class);
            case HTTP_2 -> Set.of(EpollServerSocketChannel.class, EpollSocketChannel.class);
          },
          kinds(net));
    }
  }

  /** Packets of one sender, handed over by the kernel as one; without, each comes alone. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void packetsComeTogetherOrAloneAsTheSettingSays(boolean gro) {
    assumeTrue(Epoll.isAvailable(), "epoll does not load here");
    try (TestNet net = new TestNet("ahti.netty.gro = " + gro)) {
      assertCarriesASession(net, HttpVersion.HTTP_3);
      for (Channel socket : open(net).sockets()) {
        assertEquals(gro, socket.config().getOption(EpollChannelOption.UDP_GRO), socket::toString);
      }
    }
  }

  /** Several sockets on one port are something that only epoll can do. */
  @Test
  void epollOffBindsOneSocketForAllLoops() {
    try (TestNet net = new TestNet(NIO, "ahti.netty.event-loops = 3")) {
      net.listen();
      assertEquals(1, open(net).sockets().size());
    }
  }

  private static void assertCarriesASession(TestNet net, HttpVersion version) {
    TestSession.open(net, net.pair(version)).roundTrips(net);
  }

  /** The classes of what talks to the kernel: connections of QUIC have no socket of their own. */
  private static Set<Class<?>> kinds(TestNet net) {
    NettyTransport.Open open = open(net);
    return Stream.concat(open.sockets().stream(), open.connections().stream())
        .filter(channel -> !(channel instanceof QuicChannel))
        .map(Channel::getClass)
        .collect(Collectors.toSet());
  }

  private static NettyTransport.Open open(TestNet net) {
    return ((NettyTransport) net.transport).open();
  }
}
