package dev.ahti.webtransport.impl;

import dev.ahti.engine.address.IpAddress;
import java.io.ByteArrayOutputStream;
import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * The host of a special URL, as the URL Standard's host parser reads it: a name in ASCII, or an
 * address in its one canonical form.
 *
 * <p>Names in other scripts become ASCII by IDNA 2003, which is what the JDK has; the standard asks
 * for UTS 46. They differ in four characters, of which names in use are registered both ways.
 *
 * @param dialled without brackets: what is looked up, or the address
 * @param serialized as it stands in a URL
 * @see <a href="https://url.spec.whatwg.org/#host-parsing">URL Standard, host parsing</a>
 */
record UrlHost(String dialled, String serialized) {
  private static final String FORBIDDEN = " #/:<>?@[\\]^|%";
  private static final int MAX_IPV4_PARTS = 4;

  /** Empty where the host is none. */
  static Optional<UrlHost> parse(String text) {
    if (text.startsWith("[")) {
      return text.endsWith("]") ? ipv6(text.substring(1, text.length() - 1)) : Optional.empty();
    }
    String name;
    try {
      name = IDN.toASCII(percentDecoded(text), IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException unfit) {
      return Optional.empty();
    }
    if (name.isEmpty() || !name.chars().allMatch(UrlHost::isAllowed)) {
      return Optional.empty();
    }
    return IpAddress.endsInNumber(name) ? ipv4(name) : Optional.of(new UrlHost(name, name));
  }

  private static boolean isAllowed(int c) {
    return c > 0x1f && c < 0x7f && FORBIDDEN.indexOf(c) < 0;
  }

  private static String percentDecoded(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < utf8.length; i++) {
      int high = utf8[i] == '%' && i + 2 < utf8.length ? Character.digit(utf8[i + 1], 16) : -1;
      int low = high >= 0 ? Character.digit(utf8[i + 2], 16) : -1;
      if (low >= 0) {
        bytes.write(high << 4 | low);
        i += 2;
      } else {
        bytes.write(utf8[i]);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static Optional<UrlHost> ipv6(String text) {
    if (text.indexOf(':') < 0) {
      return Optional.empty();
    }
    return IpAddress.parse(text)
        .map(
            address -> {
              if (!address.isIpv4()) {
                return new UrlHost(address.toString(), "[" + address + "]");
              }
              // Mapped: dialled as the IPv4 address that it is, written as it was.
              byte[] bytes = address.bytes();
              String groups =
                  Integer.toHexString((bytes[0] & 0xff) << 8 | bytes[1] & 0xff)
                      + ":"
                      + Integer.toHexString((bytes[2] & 0xff) << 8 | bytes[3] & 0xff);
              return new UrlHost(address.toString(), "[::ffff:" + groups + "]");
            });
  }

  /** One to four numbers, decimal, octal or hexadecimal; the last fills what is left. */
  private static Optional<UrlHost> ipv4(String name) {
    String[] parts =
        (name.endsWith(".") ? name.substring(0, name.length() - 1) : name).split("\\.", -1);
    if (parts.length > MAX_IPV4_PARTS) {
      return Optional.empty();
    }
    long address = 0;
    for (int i = 0; i < parts.length; i++) {
      boolean last = i == parts.length - 1;
      int bits = last ? 8 * (MAX_IPV4_PARTS + 1 - parts.length) : 8;
      long value = number(parts[i]);
      if (value < 0 || value >= 1L << bits) {
        return Optional.empty();
      }
      address = address << bits | value;
    }
    String text =
        (address >> 24)
            + "."
            + (address >> 16 & 0xff)
            + "."
            + (address >> 8 & 0xff)
            + "."
            + (address & 0xff);
    return Optional.of(new UrlHost(text, text));
  }

  /** Negative where it is none, or far too large. */
  private static long number(String part) {
    if (part.isEmpty()) {
      return -1;
    }
    boolean hexadecimal = part.startsWith("0x") || part.startsWith("0X");
    int radix = hexadecimal ? 16 : part.length() > 1 && part.startsWith("0") ? 8 : 10;
    String digits = hexadecimal ? part.substring(2) : part;
    if (!digits.chars().allMatch(c -> Character.digit(c, radix) >= 0 && c < 0x80)) {
      return -1;
    }
    String significant = digits.replaceFirst("^0+", "");
    if (significant.length() > 16) {
      return -1;
    }
    return significant.isEmpty() ? 0 : Long.parseLong(significant, radix);
  }
}
