package dev.ahti.sockets;

import static java.util.Objects.requireNonNull;

import dev.ahti.sockets.impl.Checks;
import dev.ahti.webtransport.WebTransportTypeException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link TcpSocket}. Immutable: each {@code with…} gives a changed copy, and checks
 * what the text's constructor checks.
 */
public final class TcpSocketOptions {
  private static final TcpSocketOptions DEFAULTS =
      new TcpSocketOptions(null, null, false, null, null);

  private final @Nullable Long sendBufferSize;
  private final @Nullable Long receiveBufferSize;
  private final boolean noDelay;
  private final @Nullable Duration keepAliveDelay;
  private final @Nullable SocketDnsQueryType dnsQueryType;

  private TcpSocketOptions(
      @Nullable Long sendBufferSize,
      @Nullable Long receiveBufferSize,
      boolean noDelay,
      @Nullable Duration keepAliveDelay,
      @Nullable SocketDnsQueryType dnsQueryType) {
    this.sendBufferSize = sendBufferSize;
    this.receiveBufferSize = receiveBufferSize;
    this.noDelay = noDelay;
    this.keepAliveDelay = keepAliveDelay;
    this.dnsQueryType = dnsQueryType;
  }

  /** As the operating system has it: no keep-alive, Nagle's algorithm on, addresses of any kind. */
  public static TcpSocketOptions create() {
    return DEFAULTS;
  }

  /**
   * The kernel's buffer of what is sent (SO_SNDBUF). It may give more: Linux doubles it, and bounds
   * it by {@code net.core.wmem_max}.
   *
   * @param bytes 1 to 2^32-1
   * @throws WebTransportTypeException for any other
   */
  public TcpSocketOptions withSendBufferSize(long bytes) {
    return new TcpSocketOptions(
        Checks.bufferSize("sendBufferSize", bytes),
        receiveBufferSize,
        noDelay,
        keepAliveDelay,
        dnsQueryType);
  }

  /**
   * The kernel's buffer of what comes (SO_RCVBUF). It may give more: Linux doubles it, and bounds
   * it by {@code net.core.rmem_max}.
   *
   * @param bytes 1 to 2^32-1
   * @throws WebTransportTypeException for any other
   */
  public TcpSocketOptions withReceiveBufferSize(long bytes) {
    return new TcpSocketOptions(
        sendBufferSize,
        Checks.bufferSize("receiveBufferSize", bytes),
        noDelay,
        keepAliveDelay,
        dnsQueryType);
  }

  /** Whether small writes go out at once (TCP_NODELAY). Off unless set, as in the text. */
  public TcpSocketOptions withNoDelay(boolean on) {
    return new TcpSocketOptions(
        sendBufferSize, receiveBufferSize, on, keepAliveDelay, dnsQueryType);
  }

  /**
   * How long a connection may be quiet before the peer is probed, and how long between probes
   * (SO_KEEPALIVE with TCP_KEEPIDLE and TCP_KEEPINTVL). The operating system counts whole seconds.
   * Off unless set.
   *
   * @param delay at least 1,000 ms and at most 2^32-1 ms
   * @throws WebTransportTypeException for any other
   */
  public TcpSocketOptions withKeepAliveDelay(Duration delay) {
    return new TcpSocketOptions(
        sendBufferSize, receiveBufferSize, noDelay, Checks.keepAlive(delay), dnsQueryType);
  }

  /** Which addresses of the host are tried; any, of both kinds in turn, unless set. */
  public TcpSocketOptions withDnsQueryType(SocketDnsQueryType type) {
    return new TcpSocketOptions(
        sendBufferSize,
        receiveBufferSize,
        noDelay,
        keepAliveDelay,
        requireNonNull(type, "dnsQueryType"));
  }

  /** {@link #withSendBufferSize}; empty unless set. */
  public OptionalLong sendBufferSize() {
    return sendBufferSize == null ? OptionalLong.empty() : OptionalLong.of(sendBufferSize);
  }

  /** {@link #withReceiveBufferSize}; empty unless set. */
  public OptionalLong receiveBufferSize() {
    return receiveBufferSize == null ? OptionalLong.empty() : OptionalLong.of(receiveBufferSize);
  }

  /** {@link #withNoDelay}. */
  public boolean noDelay() {
    return noDelay;
  }

  /** {@link #withKeepAliveDelay}; empty unless set. */
  public Optional<Duration> keepAliveDelay() {
    return Optional.ofNullable(keepAliveDelay);
  }

  /** {@link #withDnsQueryType}; empty unless set. */
  public Optional<SocketDnsQueryType> dnsQueryType() {
    return Optional.ofNullable(dnsQueryType);
  }
}
