package dev.ahti.engine.spi;

/** Which addresses of a host are used. */
public enum AddressFamily {
  /** Both, in the order of RFC 8305. */
  ANY,
  /** Those of IPv4 only. */
  IPV4,
  /** Those of IPv6 only. */
  IPV6
}
