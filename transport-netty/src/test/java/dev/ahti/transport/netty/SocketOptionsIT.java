package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.spi.AddressFamily;
import dev.ahti.engine.spi.TcpConnect;
import dev.ahti.engine.spi.TcpConnection;
import dev.ahti.engine.spi.TcpListen;
import dev.ahti.engine.spi.TcpListener;
import dev.ahti.engine.spi.TcpTuning;
import dev.ahti.engine.spi.UdpOpen;
import dev.ahti.engine.spi.UdpPort;
import dev.ahti.engine.testkit.Closing;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Options of direct sockets, read back from the sockets they were set on. */
class SocketOptionsIT {
  private static final TcpTuning ALL =
      new TcpTuning(
          OptionalInt.of(20_000),
          OptionalInt.of(30_000),
          true,
          Optional.of(Duration.ofMillis(7_900)));

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  /** Opens a socket with these options and looks at its channel. */
  private static void look(String epoll, TcpTuning tuning, Look look) throws Exception {
    TestNet net = new TestNet("ahti.netty.epoll = " + epoll);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      TcpConnection connection =
          get(
              net.transport
                  .sockets()
                  .connect(
                      new TcpConnect(
                          "127.0.0.1", server.getLocalPort(), AddressFamily.ANY, tuning)));
      Channel channel = ((NettyTransport) net.transport).open().connections().iterator().next();
      look.at(channel);
      connection.close();
      get(connection.closed());
    } finally {
      Closing.all(net);
    }
  }

  private interface Look {
    void at(Channel channel) throws Exception;
  }

  private static <T> T option(Channel channel, ChannelOption<T> option) {
    return channel.config().getOption(option);
  }

  @Test
  void everyOptionIsOnTheSocketWithEpoll() throws Exception {
    look(
        "on",
        ALL,
        channel -> {
          // Linux doubles what it is asked for, for its own bookkeeping (socket(7)).
          assertEquals(40_000, option(channel, ChannelOption.SO_SNDBUF));
          assertEquals(60_000, option(channel, ChannelOption.SO_RCVBUF));
          assertEquals(true, option(channel, ChannelOption.TCP_NODELAY));
          assertEquals(true, option(channel, ChannelOption.SO_KEEPALIVE));
          assertEquals(7, option(channel, EpollChannelOption.TCP_KEEPIDLE));
          assertEquals(7, option(channel, EpollChannelOption.TCP_KEEPINTVL));
        });
  }

  @Test
  void everyOptionIsOnTheSocketWithNio() throws Exception {
    look(
        "off",
        ALL,
        channel -> {
          assertTrue(option(channel, ChannelOption.SO_SNDBUF) >= 20_000);
          assertTrue(option(channel, ChannelOption.SO_SNDBUF) < 100_000);
          assertTrue(option(channel, ChannelOption.SO_RCVBUF) >= 30_000);
          assertTrue(option(channel, ChannelOption.SO_RCVBUF) < 100_000);
          assertEquals(true, option(channel, ChannelOption.TCP_NODELAY));
          assertEquals(true, option(channel, ChannelOption.SO_KEEPALIVE));
          assertEquals(7, option(channel, NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE)));
          assertEquals(
              7, option(channel, NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL)));
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void withoutOptionsItIsTheOperatingSystemsSocket(String epoll) throws Exception {
    look(
        epoll,
        TcpTuning.DEFAULT,
        channel -> {
          assertEquals(false, option(channel, ChannelOption.TCP_NODELAY));
          assertEquals(false, option(channel, ChannelOption.SO_KEEPALIVE));
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void aBacklogIsTheKernels(String epoll) throws Exception {
    TestNet net = new TestNet("ahti.netty.epoll = " + epoll);
    try {
      TcpListener listener =
          get(
              net.transport
                  .sockets()
                  .listen(
                      new TcpListen(
                          "127.0.0.1", OptionalInt.empty(), OptionalInt.of(5), Optional.empty())));
      assertEquals(5, backlog(listener.local().getPort()));
      listener.close();
      assertNull(get(listener.closed().thenApply(done -> null)));
      TcpListener usual =
          get(
              net.transport
                  .sockets()
                  .listen(
                      new TcpListen(
                          "127.0.0.1",
                          OptionalInt.empty(),
                          OptionalInt.empty(),
                          Optional.empty())));
      assertEquals(128, backlog(usual.local().getPort()));
      usual.close();
      get(usual.closed());
    } finally {
      Closing.all(net);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void optionsOfUdpAreOnTheSocket(String epoll) throws Exception {
    TestNet net = new TestNet("ahti.netty.epoll = " + epoll);
    try {
      UdpPort port =
          get(
              net.transport
                  .sockets()
                  .open(
                      new UdpOpen(
                          Optional.empty(),
                          0,
                          Optional.of("127.0.0.1"),
                          OptionalInt.empty(),
                          AddressFamily.ANY,
                          OptionalInt.of(20_000),
                          OptionalInt.of(30_000),
                          Optional.empty(),
                          new UdpOpen.Multicast(9, false, true))));
      Channel channel = ((NettyTransport) net.transport).open().connections().iterator().next();
      // The JDK tells what was asked for, or twice as much, as Linux has it.
      assertTrue(List.of(20_000, 40_000).contains(option(channel, ChannelOption.SO_SNDBUF)));
      assertTrue(List.of(30_000, 60_000).contains(option(channel, ChannelOption.SO_RCVBUF)));
      assertEquals(9, option(channel, ChannelOption.IP_MULTICAST_TTL));
      assertEquals(true, option(channel, ChannelOption.SO_REUSEADDR));
      if (epoll.equals("on")) {
        assertEquals(true, option(channel, ChannelOption.IP_MULTICAST_LOOP_DISABLED));
      } else {
        assertEquals(
            false, option(channel, NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_LOOP)));
      }
      port.close();
      get(port.closed());
    } finally {
      Closing.all(net);
    }
  }

  /** What {@code ss} shows as Send-Q of a socket that listens is its backlog. */
  private static int backlog(int port) throws IOException {
    Process ss = new ProcessBuilder("ss", "-Hltn", "sport = :" + port).start();
    String line = new String(ss.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    return Integer.parseInt(line.split("\\s+")[2]);
  }
}
