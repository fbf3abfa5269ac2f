package dev.ahti.engine.address;

import java.util.Optional;

/** IPv4 addresses as text: four decimal numbers (RFC 3986 3.2.2). */
final class Ipv4Text {
  private static final int PARTS = 4;

  private Ipv4Text() {}

  static Optional<byte[]> parse(String text) {
    byte[] bytes = new byte[PARTS];
    int at = 0;
    for (int part = 0; part < PARTS; part++) {
      int end = part == PARTS - 1 ? text.length() : text.indexOf('.', at);
      int value = end < 0 ? -1 : decimal(text, at, end);
      if (value < 0) {
        return Optional.empty();
      }
      bytes[part] = (byte) value;
      at = end + 1;
    }
    return Optional.of(bytes);
  }

  /** Without leading zeros and at most 255; else -1. */
  private static int decimal(String text, int from, int to) {
    int length = to - from;
    if (length < 1 || length > 3 || length > 1 && text.charAt(from) == '0') {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + c - '0';
    }
    return value <= 0xff ? value : -1;
  }

  static boolean endsInNumber(String host) {
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    String last = name.substring(name.lastIndexOf('.') + 1);
    if (last.isEmpty()) {
      return false;
    }
    boolean digits = last.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits || isHexadecimal(last);
  }

  private static boolean isHexadecimal(String label) {
    return label.length() >= 2
        && label.charAt(0) == '0'
        && (label.charAt(1) == 'x' || label.charAt(1) == 'X')
        && label.chars().skip(2).allMatch(c -> c < 0x80 && Character.digit(c, 16) >= 0);
  }

  static String format(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte part : bytes) {
      text.append(text.isEmpty() ? "" : ".").append(part & 0xff);
    }
    return text.toString();
  }
}
