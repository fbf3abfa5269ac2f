package dev.ahti.transport.netty.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * What the operating system tells of a TCP connection's path: Linux does, through epoll (TCP_INFO).
 * Packets that were lost are not in it, only those that are missing at the moment.
 *
 * @param smoothedRttNanos the smoothed round-trip time; empty before the first and elsewhere
 * @param sendRate bits a second: a congestion window each round trip
 */
record TcpPath(OptionalLong smoothedRttNanos, OptionalLong sendRate) {
  private static final TcpPath UNKNOWN = new TcpPath(OptionalLong.empty(), OptionalLong.empty());

  static TcpPath of(Channel channel) {
    if (!(channel instanceof EpollSocketChannel tcp)) {
      return UNKNOWN;
    }
    EpollTcpInfo info;
    try {
      info = tcp.tcpInfo();
    } catch (ChannelException closed) {
      return UNKNOWN;
    }
    long micros = info.rtt();
    if (micros <= 0) {
      return UNKNOWN;
    }
    long window = info.sndCwnd() * info.sndMss();
    return new TcpPath(
        OptionalLong.of(TimeUnit.MICROSECONDS.toNanos(micros)),
        OptionalLong.of(window * Byte.SIZE * TimeUnit.SECONDS.toMicros(1) / micros));
  }
}
