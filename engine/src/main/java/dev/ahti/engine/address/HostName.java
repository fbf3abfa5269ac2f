package dev.ahti.engine.address;

import java.util.Locale;

/** Names of hosts, as far as rules compare them. */
final class HostName {
  private static final int LONGEST = 253;

  private HostName() {}

  /** In lower case and without the dot of the root. */
  static String canonical(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  /**
   * Whether it is a name of the DNS as hosts have them (RFC 1123 2.1), in ASCII, with underscores,
   * which some have; and nothing that somebody may read as an address.
   */
  static boolean isName(String host) {
    return host.length() <= LONGEST
        && !IpAddress.endsInNumber(host)
        && host.matches(
            "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*");
  }
}
