package dev.ahti.engine.address;

import java.util.Arrays;
import java.util.Optional;

/** IPv6 addresses as text: read as RFC 4291 2.2 has them, written as RFC 5952 does. */
final class Ipv6Text {
  private static final int BYTES = 16;
  private static final int GROUP_DIGITS = 4;

  private Ipv6Text() {}

  static Optional<byte[]> parse(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      return groups(text).filter(bytes -> bytes.length == BYTES);
    }
    Optional<byte[]> before = groups(text.substring(0, gap));
    Optional<byte[]> after = groups(text.substring(gap + 2));
    if (before.isEmpty() || after.isEmpty() || endsInIpv4(text.substring(0, gap))) {
      return Optional.empty();
    }
    // The gap stands for one group of zeros at least.
    int given = before.get().length + after.get().length;
    if (given > BYTES - 2) {
      return Optional.empty();
    }
    byte[] bytes = Arrays.copyOf(before.get(), BYTES);
    System.arraycopy(after.get(), 0, bytes, BYTES - after.get().length, after.get().length);
    return Optional.of(bytes);
  }

  private static boolean endsInIpv4(String groups) {
    return groups.indexOf('.') >= 0;
  }

  /** The bytes of groups with colons between them, the last of which may be an IPv4 address. */
  private static Optional<byte[]> groups(String text) {
    byte[] bytes = new byte[BYTES];
    int length = 0;
    int at = 0;
    while (at < text.length() || at > 0) {
      int colon = text.indexOf(':', at);
      String group = text.substring(at, colon < 0 ? text.length() : colon);
      Optional<byte[]> value =
          colon < 0 && endsInIpv4(group) ? Ipv4Text.parse(group) : hexadecimal(group);
      if (value.isEmpty() || length + value.get().length > BYTES) {
        return Optional.empty();
      }
      System.arraycopy(value.get(), 0, bytes, length, value.get().length);
      length += value.get().length;
      if (colon < 0) {
        break;
      }
      at = colon + 1;
    }
    return Optional.of(Arrays.copyOf(bytes, length));
  }

  private static Optional<byte[]> hexadecimal(String group) {
    if (group.isEmpty() || group.length() > GROUP_DIGITS) {
      return Optional.empty();
    }
    int value = 0;
    for (int i = 0; i < group.length(); i++) {
      char c = group.charAt(i);
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        return Optional.empty();
      }
      value = value << 4 | digit;
    }
    return Optional.of(new byte[] {(byte) (value >> 8), (byte) value});
  }

  static String format(byte[] bytes) {
    int[] groups = new int[BYTES / 2];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = (bytes[2 * i] & 0xff) << 8 | bytes[2 * i + 1] & 0xff;
    }
    int longest = 0;
    int start = -1;
    for (int i = 0; i < groups.length; i++) {
      int end = i;
      while (end < groups.length && groups[end] == 0) {
        end++;
      }
      if (end - i > longest && end - i > 1) {
        longest = end - i;
        start = i;
      }
      i = Math.max(i, end - 1);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < groups.length; i++) {
      if (i == start) {
        text.append("::");
        i += longest - 1;
      } else {
        boolean separated = text.isEmpty() || text.charAt(text.length() - 1) == ':';
        text.append(separated ? "" : ":").append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }
}
