package dev.ahti.webtransport.impl;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * Path and query of a special URL as the URL Standard has them: dot segments resolved, backslashes
 * taken for slashes, and percent-encoded what may not stand there as it is.
 *
 * @see <a href="https://url.spec.whatwg.org/#path-state">URL Standard, path state</a>
 */
final class UrlPath {
  private static final String PATH_ENCODED = " \"#<>?^`{}";
  private static final String QUERY_ENCODED = " \"#<>'";

  private UrlPath() {}

  static String path(String raw) {
    Deque<String> segments = new ArrayDeque<>();
    String[] all = raw.replace('\\', '/').split("/", -1);
    // What is before the first slash is nothing.
    for (int i = 1; i < all.length; i++) {
      String dots = all[i].toLowerCase(Locale.ROOT).replace("%2e", ".");
      boolean last = i == all.length - 1;
      if (dots.equals("..")) {
        segments.pollLast();
      }
      if (!dots.equals("..") && !dots.equals(".")) {
        segments.add(encoded(all[i], PATH_ENCODED));
      } else if (last) {
        segments.add("");
      }
    }
    return "/" + String.join("/", segments);
  }

  static String query(String raw) {
    return encoded(raw, QUERY_ENCODED);
  }

  private static String encoded(String text, String set) {
    StringBuilder out = new StringBuilder(text.length());
    for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
      int c = one & 0xff;
      if (c <= 0x1f || c > 0x7e || set.indexOf(c) >= 0) {
        out.append('%').append(String.format("%02X", c));
      } else {
        out.append((char) c);
      }
    }
    return out.toString();
  }
}
