package dev.ahti.engine.address;

import java.util.Optional;

/**
 * The ranges that are not the public Internet's, by the registries of special-purpose addresses
 * (RFC 6890) and what was added to them since, multicast, and the ranges whose addresses stand for
 * another one: what they reach is decided by a translator or a tunnel that nobody here sees.
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IPv4 registry</a>
 * @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry">IPv6 registry</a>
 */
public enum SpecialRange {
  /** "This network", RFC 791 3.2; connecting to 0.0.0.0 reaches this host. */
  THIS_NETWORK("0.0.0.0/8"),
  /** Private use, RFC 1918. */
  PRIVATE_10("10.0.0.0/8"),
  /** Shared by the customers of a provider, RFC 6598. */
  SHARED("100.64.0.0/10"),
  /** Loopback, RFC 1122 3.2.1.3. */
  LOOPBACK("127.0.0.0/8"),
  /** Link-local, RFC 3927; where clouds keep their metadata. */
  LINK_LOCAL("169.254.0.0/16"),
  /** Private use, RFC 1918. */
  PRIVATE_172("172.16.0.0/12"),
  /** Assignments of the IETF, RFC 6890 2.1. */
  IETF("192.0.0.0/24"),
  /** Documentation, RFC 5737. */
  DOCUMENTATION_1("192.0.2.0/24"),
  /** Relays of 6to4, RFC 7526. */
  SIX_TO_FOUR_RELAY("192.88.99.0/24"),
  /** Private use, RFC 1918. */
  PRIVATE_192("192.168.0.0/16"),
  /** Benchmarks, RFC 2544. */
  BENCHMARKS("198.18.0.0/15"),
  /** Documentation, RFC 5737. */
  DOCUMENTATION_2("198.51.100.0/24"),
  /** Documentation, RFC 5737. */
  DOCUMENTATION_3("203.0.113.0/24"),
  /** Multicast, RFC 5771. */
  MULTICAST("224.0.0.0/4"),
  /** Reserved, RFC 1112 4, with the limited broadcast address, RFC 919 7. */
  RESERVED("240.0.0.0/4"),
  /** Assignments of the IETF, RFC 2928, with Teredo (RFC 4380), benchmarks, ORCHIDs and more. */
  IETF_IPV6("2001::/23"),
  /** Documentation, RFC 3849. */
  DOCUMENTATION_IPV6("2001:db8::/32"),
  /** 6to4, RFC 3056. */
  SIX_TO_FOUR("2002::/16"),
  /** Documentation, RFC 9637. */
  DOCUMENTATION_IPV6_2("3fff::/20"),
  /**
   * What is not global unicast, RFC 4291 2.4 and its registry: the unspecified address, loopback,
   * NAT64, discard-only, unique local, link-local, site-local, multicast and what is not assigned.
   */
  NOT_GLOBAL_UNICAST("2000::/3") {
    @Override
    boolean contains(IpAddress address) {
      return !address.isIpv4() && !super.contains(address);
    }

    @Override
    public String toString() {
      return "all but 2000::/3";
    }
  },
  /** ISATAP, RFC 5214 6.1: an address of some site's IPv4 network, whatever the prefix. */
  ISATAP("::/0") {
    @Override
    boolean contains(IpAddress address) {
      return !address.isIpv4() && !address.embedded().isEmpty();
    }

    @Override
    public String toString() {
      return "an IPv4 address inside";
    }
  };

  private final Cidr range;

  SpecialRange(String range) {
    this.range = Cidr.of(range);
  }

  boolean contains(IpAddress address) {
    return range.contains(address);
  }

  /** The one that an address is in; empty for an address of the public Internet. */
  public static Optional<SpecialRange> of(IpAddress address) {
    for (SpecialRange one : values()) {
      if (one.contains(address)) {
        return Optional.of(one);
      }
    }
    return Optional.empty();
  }

  /** Whether an address is multicast: 224.0.0.0/4 or ff00::/8. */
  public static boolean isMulticast(IpAddress address) {
    return MULTICAST_IPV6.contains(address) || MULTICAST.contains(address);
  }

  private static final Cidr MULTICAST_IPV6 = Cidr.of("ff00::/8");

  /** The addresses that it holds, for messages. */
  @Override
  public String toString() {
    return range.toString();
  }
}
