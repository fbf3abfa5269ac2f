package dev.ahti.transport.netty.sockets;

import dev.ahti.engine.spi.TcpTuning;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;

/** From options of sockets to those of Netty. */
final class TcpOptions {
  /** IPV6_V6ONLY of Linux, which Netty does not name. */
  private static final ChannelOption<Integer> V6ONLY =
      new IntegerUnixChannelOption("IPV6_V6ONLY", 41, 26);

  private TcpOptions() {}

  /** What every connection has, accepted or dialled. */
  static Map<ChannelOption<?>, Object> ofConnection(
      TcpTuning tuning, SocketLimits limits, boolean epoll) {
    Map<ChannelOption<?>, Object> options = new HashMap<>();
    options.put(ChannelOption.AUTO_READ, false);
    options.put(ChannelOption.ALLOW_HALF_CLOSURE, true);
    options.put(
        ChannelOption.RECVBUF_ALLOCATOR,
        new AdaptiveRecvByteBufAllocator(
            Math.min(1024, limits.readSize()),
            Math.min(16 * 1024, limits.readSize()),
            limits.readSize()));
    options.put(ChannelOption.TCP_NODELAY, tuning.noDelay());
    tuning.sendBuffer().ifPresent(bytes -> options.put(ChannelOption.SO_SNDBUF, bytes));
    tuning.receiveBuffer().ifPresent(bytes -> options.put(ChannelOption.SO_RCVBUF, bytes));
    tuning.keepAlive().ifPresent(delay -> keepAlive(options, delay, epoll));
    return options;
  }

  private static void keepAlive(
      Map<ChannelOption<?>, Object> options, Duration delay, boolean epoll) {
    int seconds = (int) Math.min(delay.toSeconds(), Short.MAX_VALUE);
    options.put(ChannelOption.SO_KEEPALIVE, true);
    if (epoll) {
      options.put(EpollChannelOption.TCP_KEEPIDLE, seconds);
      options.put(EpollChannelOption.TCP_KEEPINTVL, seconds);
    } else {
      options.put(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), seconds);
      options.put(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), seconds);
    }
  }

  /**
   * What a socket on {@code ::} has besides.
   *
   * @throws dev.ahti.engine.spi.SocketFailure where the transport has no such option
   */
  static Map<ChannelOption<?>, Object> ipv6Only(Optional<Boolean> only, boolean epoll) {
    if (only.isEmpty()) {
      return Map.of();
    }
    if (!epoll) {
      throw Failures.notSupported(
          "ipv6Only: "
              + only.get()
              + " (expected: not set, as java.nio cannot; epoll, on Linux, can: ahti.netty.epoll)");
    }
    return Map.of(V6ONLY, only.get() ? 1 : 0);
  }
}
