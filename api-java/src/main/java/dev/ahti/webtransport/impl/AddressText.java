package dev.ahti.webtransport.impl;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.apache.pekko.annotation.InternalApi;

/**
 * Addresses as people and browsers write them: of IPv6 the short form of RFC 5952, where the JDK
 * writes out every zero.
 */
@InternalApi
public final class AddressText {
  private static final int GROUPS = 8;

  private AddressText() {}

  /** The address and its port, as in a URL: {@code 127.0.0.1:4433}, {@code [::1]:4433}. */
  public static String of(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    if (ip == null) {
      return address.getHostString() + ":" + address.getPort();
    }
    String host = of(ip);
    return (ip instanceof Inet6Address ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /** The address alone, without brackets: {@code 127.0.0.1}, {@code ::1}. */
  public static String of(InetAddress address) {
    String written = Objects.requireNonNull(address.getHostAddress(), "hostAddress");
    if (!(address instanceof Inet6Address)) {
      return written;
    }
    int zone = written.indexOf('%');
    return shortForm(address.getAddress()) + (zone < 0 ? "" : written.substring(zone));
  }

  private static String shortForm(byte[] bytes) {
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
    }
    int start = -1;
    int length = 1; // a single zero is not shortened (4.2.2)
    for (int i = 0; i < GROUPS; i++) {
      int zeros = zerosFrom(groups, i);
      if (zeros > length) { // of runs as long, the first (4.2.3)
        start = i;
        length = zeros;
      }
    }
    if (start < 0) {
      return join(groups, 0, GROUPS);
    }
    return join(groups, 0, start) + "::" + join(groups, start + length, GROUPS);
  }

  private static int zerosFrom(int[] groups, int from) {
    int end = from;
    while (end < GROUPS && groups[end] == 0) {
      end++;
    }
    return end - from;
  }

  private static String join(int[] groups, int from, int to) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < to; i++) {
      text.append(i == from ? "" : ":").append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }
}
