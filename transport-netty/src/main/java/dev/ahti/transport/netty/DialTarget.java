package dev.ahti.transport.netty;

import dev.ahti.engine.spi.DialException;
import dev.ahti.engine.spi.DialOptions;
import dev.ahti.transport.netty.loop.NettyLoop;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a dial: to one address of the host.
 *
 * @param several whether the host has others
 * @param loop where the connection is to live
 * @param deadline when it is to have succeeded, by {@link System#nanoTime}
 */
record DialTarget(
    DialOptions options,
    InetSocketAddress address,
    boolean several,
    NettyLoop loop,
    long deadline) {

  /** What is left of its time, in the milliseconds that Netty's options take: at least 1. */
  int millisLeft() {
    long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
    return (int) Math.max(1, Math.min(left, Integer.MAX_VALUE));
  }

  /** Says that it has come to nothing. */
  DialException failure(String why, @Nullable Throwable cause) {
    return failure(
        options, several ? address.getAddress().getHostAddress() + ": " + why : why, cause);
  }

  static DialException failure(DialOptions options, String why, @Nullable Throwable cause) {
    return new DialException(
        "cannot connect to " + options.host() + ":" + options.port() + ": " + why, cause);
  }

  /** Why there is none where nobody said anything. */
  static String silence(DialOptions options) {
    return "no answer within " + options.timeout();
  }
}
