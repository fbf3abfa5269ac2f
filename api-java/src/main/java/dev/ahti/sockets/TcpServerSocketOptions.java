package dev.ahti.sockets;

import dev.ahti.sockets.impl.Checks;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link TcpServerSocket}. Immutable: each {@code with…} gives a changed copy, and
 * checks what the text's constructor checks.
 */
public final class TcpServerSocketOptions {
  private static final TcpServerSocketOptions DEFAULTS =
      new TcpServerSocketOptions(null, null, null);

  private final @Nullable Integer localPort;
  private final @Nullable Long backlog;
  private final @Nullable Boolean ipv6Only;

  private TcpServerSocketOptions(
      @Nullable Integer localPort, @Nullable Long backlog, @Nullable Boolean ipv6Only) {
    this.localPort = localPort;
    this.backlog = backlog;
    this.ipv6Only = ipv6Only;
  }

  /** A free port, the usual backlog, and what the operating system does with {@code ::}. */
  public static TcpServerSocketOptions create() {
    return DEFAULTS;
  }

  /**
   * Where to listen. That low ports are refused is a browser's policy, not an application's own.
   *
   * @param port 1 to 65535
   * @throws WebTransportTypeException for any other
   */
  public TcpServerSocketOptions withLocalPort(int port) {
    return new TcpServerSocketOptions(Checks.port("localPort", port, 1), backlog, ipv6Only);
  }

  /**
   * How many connections the operating system holds until they are accepted; {@code
   * ahti.netty.sockets.accept-backlog} unless set. The kernel's own limit may be lower.
   *
   * @param connections 1 to 2^32-1
   * @throws WebTransportTypeException for any other
   */
  public TcpServerSocketOptions withBacklog(long connections) {
    return new TcpServerSocketOptions(
        localPort, Checks.number("backlog", connections, 1, 0xffff_ffffL), ipv6Only);
  }

  /**
   * Whether a socket on {@code ::} takes IPv6 only (IPV6_V6ONLY), or IPv4 as well. For {@code ::}
   * alone, and where the transport can: epoll, on Linux.
   */
  public TcpServerSocketOptions withIpv6Only(boolean on) {
    return new TcpServerSocketOptions(localPort, backlog, on);
  }

  /** {@link #withLocalPort}; empty unless set. */
  public OptionalInt localPort() {
    return localPort == null ? OptionalInt.empty() : OptionalInt.of(localPort);
  }

  /** {@link #withBacklog}; empty unless set. */
  public OptionalLong backlog() {
    return backlog == null ? OptionalLong.empty() : OptionalLong.of(backlog);
  }

  /** {@link #withIpv6Only}; empty unless set. */
  public Optional<Boolean> ipv6Only() {
    return Optional.ofNullable(ipv6Only);
  }
}
