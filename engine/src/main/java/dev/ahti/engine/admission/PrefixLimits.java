package dev.ahti.engine.admission;

/**
 * What the clients of one address prefix may have of one listener, and how many prefixes are told
 * apart.
 *
 * @param ipv4Bits bits of an IPv4 address that make a prefix: 0 to 32
 * @param ipv6Bits bits of an IPv6 address that make a prefix: 0 to 128
 * @param connections open at a time
 * @param perSecond new connections a second
 * @param burst new connections at once, after a while without any
 * @param sessions open at a time
 * @param prefixes told apart at a time
 */
public record PrefixLimits(
    int ipv4Bits,
    int ipv6Bits,
    int connections,
    int perSecond,
    int burst,
    int sessions,
    int prefixes) {

  /**
   * Of a limit, the part that only clients who have proven their address may use: the others may be
   * anybody, and must not use up what belongs to this prefix.
   */
  static int reserved(int limit) {
    return limit / 2;
  }
}
