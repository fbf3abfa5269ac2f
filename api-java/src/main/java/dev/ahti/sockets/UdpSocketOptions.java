package dev.ahti.sockets;

import static java.util.Objects.requireNonNull;

import dev.ahti.sockets.impl.Checks;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link UdpSocket}, which is connected to a peer or bound to an address of this
 * machine: {@link #connected} and {@link #bound}, or {@link #create} and what it needs. Immutable:
 * each {@code with…} gives a changed copy. What does not go together is found by {@link
 * UdpSocket#open}.
 */
public final class UdpSocketOptions {
  private static final UdpSocketOptions DEFAULTS =
      new UdpSocketOptions(null, null, null, null, null, null, null, null, null, null, null);

  private final @Nullable String remoteAddress;
  private final @Nullable Integer remotePort;
  private final @Nullable String localAddress;
  private final @Nullable Integer localPort;
  private final @Nullable Long sendBufferSize;
  private final @Nullable Long receiveBufferSize;
  private final @Nullable SocketDnsQueryType dnsQueryType;
  private final @Nullable Boolean ipv6Only;
  private final @Nullable Integer multicastTimeToLive;
  private final @Nullable Boolean multicastLoopback;
  private final @Nullable Boolean multicastAllowAddressSharing;

  private UdpSocketOptions(
      @Nullable String remoteAddress,
      @Nullable Integer remotePort,
      @Nullable String localAddress,
      @Nullable Integer localPort,
      @Nullable Long sendBufferSize,
      @Nullable Long receiveBufferSize,
      @Nullable SocketDnsQueryType dnsQueryType,
      @Nullable Boolean ipv6Only,
      @Nullable Integer multicastTimeToLive,
      @Nullable Boolean multicastLoopback,
      @Nullable Boolean multicastAllowAddressSharing) {
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
    this.localAddress = localAddress;
    this.localPort = localPort;
    this.sendBufferSize = sendBufferSize;
    this.receiveBufferSize = receiveBufferSize;
    this.dnsQueryType = dnsQueryType;
    this.ipv6Only = ipv6Only;
    this.multicastTimeToLive = multicastTimeToLive;
    this.multicastLoopback = multicastLoopback;
    this.multicastAllowAddressSharing = multicastAllowAddressSharing;
  }

  /** Neither connected nor bound yet. */
  public static UdpSocketOptions create() {
    return DEFAULTS;
  }

  /** Connected to a peer: messages go there, and come from there only. */
  public static UdpSocketOptions connected(String remoteAddress, int remotePort) {
    return DEFAULTS.withRemoteAddress(remoteAddress).withRemotePort(remotePort);
  }

  /** Bound to an address of this machine: messages say where they come from, and where they go. */
  public static UdpSocketOptions bound(String localAddress) {
    return DEFAULTS.withLocalAddress(localAddress);
  }

  /** The peer of a socket that is connected: a name or an IP literal. */
  public UdpSocketOptions withRemoteAddress(String address) {
    return new UdpSocketOptions(
        requireNonNull(address, "remoteAddress"),
        remotePort,
        localAddress,
        localPort,
        sendBufferSize,
        receiveBufferSize,
        dnsQueryType,
        ipv6Only,
        multicastTimeToLive,
        multicastLoopback,
        multicastAllowAddressSharing);
  }

  /**
   * The peer's port.
   *
   * @param port 0 to 65535
   * @throws WebTransportTypeException for any other
   */
  public UdpSocketOptions withRemotePort(int port) {
    return new UdpSocketOptions(
        remoteAddress,
        Checks.port("remotePort", port, 0),
        localAddress,
        localPort,
        sendBufferSize,
        receiveBufferSize,
        dnsQueryType,
        ipv6Only,
        multicastTimeToLive,
        multicastLoopback,
        multicastAllowAddressSharing);
  }

  /** The address of a socket that is bound: an IP literal without brackets. */
  public UdpSocketOptions withLocalAddress(String address) {
    return new UdpSocketOptions(
        remoteAddress,
        remotePort,
        requireNonNull(address, "localAddress"),
        localPort,
        sendBufferSize,
        receiveBufferSize,
        dnsQueryType,
        ipv6Only,
        multicastTimeToLive,
        multicastLoopback,
        multicastAllowAddressSharing);
  }

  /**
   * The port of a socket that is bound; a free one unless set. That low ports are refused is a
   * browser's policy, not an application's own.
   *
   * @param port 1 to 65535
   * @throws WebTransportTypeException for any other
   */
  public UdpSocketOptions withLocalPort(int port) {
    return new UdpSocketOptions(
        remoteAddress,
        remotePort,
        localAddress,
        Checks.port("localPort", port, 1),
        sendBufferSize,
        receiveBufferSize,
        dnsQueryType,
        ipv6Only,
        multicastTimeToLive,
        multicastLoopback,
        multicastAllowAddressSharing);
  }

  /**
   * The kernel's buffer of what is sent (SO_SNDBUF), as {@link
   * TcpSocketOptions#withSendBufferSize}.
   *
   * @param bytes 1 to 2^32-1
   * @throws WebTransportTypeException for any other
   */
  public UdpSocketOptions withSendBufferSize(long bytes) {
    return new UdpSocketOptions(
        remoteAddress,
        remotePort,
        localAddress,
        localPort,
        Checks.bufferSize("sendBufferSize", bytes),
        receiveBufferSize,
        dnsQueryType,
        ipv6Only,
        multicastTimeToLive,
        multicastLoopback,
        multicastAllowAddressSharing);
  }

  /**
   * The kernel's buffer of what comes (SO_RCVBUF), as {@link
   * TcpSocketOptions#withReceiveBufferSize}.
   *
   * @param bytes 1 to 2^32-1
   * @throws WebTransportTypeException for any other
   */
  public UdpSocketOptions withReceiveBufferSize(long bytes) {
    return new UdpSocketOptions(
        remoteAddress,
        remotePort,
        localAddress,
        localPort,
        sendBufferSize,
        Checks.bufferSize("receiveBufferSize", bytes),
        dnsQueryType,
        ipv6Only,
        multicastTimeToLive,
        multicastLoopback,
        multicastAllowAddressSharing);
  }

  /** Which addresses of the peer's name are looked at; for a socket that is connected. */
  public UdpSocketOptions withDnsQueryType(SocketDnsQueryType type) {
    return new UdpSocketOptions(
        remoteAddress,
        remotePort,
        localAddress,
        localPort,
        sendBufferSize,
        receiveBufferSize,
        requireNonNull(type, "dnsQueryType"),
        ipv6Only,
        multicastTimeToLive,
        multicastLoopback,
        multicastAllowAddressSharing);
  }

  /**
   * Whether a socket on {@code ::} takes IPv6 only (IPV6_V6ONLY), or IPv4 as well. For {@code ::}
   * alone, and where the transport can: epoll, on Linux.
   */
  public UdpSocketOptions withIpv6Only(boolean on) {
    return new UdpSocketOptions(
        remoteAddress,
        remotePort,
        localAddress,
        localPort,
        sendBufferSize,
        receiveBufferSize,
        dnsQueryType,
        on,
        multicastTimeToLive,
        multicastLoopback,
        multicastAllowAddressSharing);
  }

  /**
   * Routers that a message to a group may pass (IP_MULTICAST_TTL); 1 unless set.
   *
   * @param routers 0 to 255
   * @throws WebTransportTypeException for any other
   */
  public UdpSocketOptions withMulticastTimeToLive(int routers) {
    return new UdpSocketOptions(
        remoteAddress,
        remotePort,
        localAddress,
        localPort,
        sendBufferSize,
        receiveBufferSize,
        dnsQueryType,
        ipv6Only,
        (int) Checks.number("multicastTimeToLive", routers, 0, 255),
        multicastLoopback,
        multicastAllowAddressSharing);
  }

  /**
   * Whether sockets of this machine get what it sends to a group (IP_MULTICAST_LOOP). On unless
   * set.
   */
  public UdpSocketOptions withMulticastLoopback(boolean on) {
    return new UdpSocketOptions(
        remoteAddress,
        remotePort,
        localAddress,
        localPort,
        sendBufferSize,
        receiveBufferSize,
        dnsQueryType,
        ipv6Only,
        multicastTimeToLive,
        on,
        multicastAllowAddressSharing);
  }

  /**
   * Whether several sockets may have the local address (SO_REUSEADDR), each of which gets the
   * messages of a group. For a socket that is bound; off unless set.
   */
  public UdpSocketOptions withMulticastAllowAddressSharing(boolean on) {
    return new UdpSocketOptions(
        remoteAddress,
        remotePort,
        localAddress,
        localPort,
        sendBufferSize,
        receiveBufferSize,
        dnsQueryType,
        ipv6Only,
        multicastTimeToLive,
        multicastLoopback,
        on);
  }

  /** {@link #withRemoteAddress}; empty unless set. */
  public Optional<String> remoteAddress() {
    return Optional.ofNullable(remoteAddress);
  }

  /** {@link #withRemotePort}; empty unless set. */
  public OptionalInt remotePort() {
    return remotePort == null ? OptionalInt.empty() : OptionalInt.of(remotePort);
  }

  /** {@link #withLocalAddress}; empty unless set. */
  public Optional<String> localAddress() {
    return Optional.ofNullable(localAddress);
  }

  /** {@link #withLocalPort}; empty unless set. */
  public OptionalInt localPort() {
    return localPort == null ? OptionalInt.empty() : OptionalInt.of(localPort);
  }

  /** {@link #withSendBufferSize}; empty unless set. */
  public OptionalLong sendBufferSize() {
    return sendBufferSize == null ? OptionalLong.empty() : OptionalLong.of(sendBufferSize);
  }

  /** {@link #withReceiveBufferSize}; empty unless set. */
  public OptionalLong receiveBufferSize() {
    return receiveBufferSize == null ? OptionalLong.empty() : OptionalLong.of(receiveBufferSize);
  }

  /** {@link #withDnsQueryType}; empty unless set. */
  public Optional<SocketDnsQueryType> dnsQueryType() {
    return Optional.ofNullable(dnsQueryType);
  }

  /** {@link #withIpv6Only}; empty unless set. */
  public Optional<Boolean> ipv6Only() {
    return Optional.ofNullable(ipv6Only);
  }

  /** {@link #withMulticastTimeToLive}. */
  public int multicastTimeToLive() {
    return multicastTimeToLive == null ? 1 : multicastTimeToLive;
  }

  /** {@link #withMulticastLoopback}. */
  public boolean multicastLoopback() {
    return multicastLoopback == null || multicastLoopback;
  }

  /** {@link #withMulticastAllowAddressSharing}. */
  public boolean multicastAllowAddressSharing() {
    return multicastAllowAddressSharing != null && multicastAllowAddressSharing;
  }
}
