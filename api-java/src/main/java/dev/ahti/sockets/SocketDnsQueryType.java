package dev.ahti.sockets;

/**
 * Which addresses of a host are looked at, the {@code dnsQueryType} of the text.
 *
 * @see TcpSocketOptions#withDnsQueryType
 */
public enum SocketDnsQueryType {
  /** Those of IPv4, {@code "ipv4"}. */
  IPV4,
  /** Those of IPv6, {@code "ipv6"}. */
  IPV6
}
