package dev.ahti.transport.netty.sockets;

import dev.ahti.engine.spi.UdpOpen;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From options of UDP sockets to those of Netty. */
final class UdpOptions {
  /** What a message can have at most, and more. */
  private static final int LONGEST = 64 * 1024;

  private UdpOptions() {}

  static Map<ChannelOption<?>, Object> of(UdpOpen options, boolean epoll) {
    Map<ChannelOption<?>, Object> all =
        new HashMap<>(TcpOptions.ipv6Only(options.ipv6Only(), epoll));
    all.put(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LONGEST));
    options.sendBuffer().ifPresent(bytes -> all.put(ChannelOption.SO_SNDBUF, bytes));
    options.receiveBuffer().ifPresent(bytes -> all.put(ChannelOption.SO_RCVBUF, bytes));
    all.put(ChannelOption.IP_MULTICAST_TTL, options.multicast().timeToLive());
    if (epoll) {
      all.put(ChannelOption.IP_MULTICAST_LOOP_DISABLED, !options.multicast().loopback());
    } else {
      // Netty's own option hands the JDK the opposite of what it is given.
      all.put(
          NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_LOOP),
          options.multicast().loopback());
    }
    all.put(ChannelOption.SO_REUSEADDR, options.multicast().sharing());
    return all;
  }

  /**
   * The one that groups are joined on, and spoken to: that of the local address, or, where that is
   * any, the first that has multicast, or else the loopback interface.
   */
  static NetworkInterface networkInterface(InetAddress local) throws SocketException {
    NetworkInterface own =
        local.isAnyLocalAddress() ? null : NetworkInterface.getByInetAddress(local);
    if (own != null) {
      return own;
    }
    @Nullable NetworkInterface loopback = null;
    for (NetworkInterface one : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (one.isUp() && one.isLoopback()) {
        loopback = one;
      } else if (one.isUp() && one.supportsMulticast() && one.inetAddresses().count() > 0) {
        return one;
      }
    }
    if (loopback == null) {
      throw new SocketException("no network interface is up");
    }
    return loopback;
  }
}
