package dev.ahti.webtransport.impl;

import dev.ahti.webtransport.WebTransportSyntaxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The URL of a server, read as browsers read it: by the URL Standard, of which this is the part for
 * absolute URLs with the scheme https. User information is allowed and, as there, not sent.
 *
 * @param host without the brackets of an IPv6 literal; a name in ASCII
 * @param port 0 to 65535
 * @param authority as it goes into the request
 * @param path with the query, starting with a slash
 * @see <a href="https://url.spec.whatwg.org/">URL Standard</a>
 */
record WebTransportUrl(String host, int port, String authority, String path) {
  private static final int HTTPS = 443;
  private static final int MAX_PORT = 0xffff;
  private static final Pattern SCHEME =
      Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*):(.*)", Pattern.DOTALL);

  /** Slashes before the authority, either way and as many as there are; then up to what ends it. */
  private static final Pattern AFTER_SCHEME =
      Pattern.compile("[/\\\\]*([^/\\\\?#]*)([^?#]*)(?:\\?([^#]*))?(#.*)?", Pattern.DOTALL);

  private static final Pattern HOST_AND_PORT = Pattern.compile("(\\[.*\\]|[^:]*)(?::([0-9]*))?");

  static WebTransportUrl parse(String url) {
    Matcher scheme = SCHEME.matcher(stripped(url));
    if (!scheme.matches() || !scheme.group(1).equalsIgnoreCase("https")) {
      throw wrong(url, "an absolute URL with the scheme https");
    }
    Matcher parts = AFTER_SCHEME.matcher(scheme.group(2));
    if (!parts.matches()) {
      throw wrong(url, "https://HOST[:PORT]/PATH");
    }
    if (parts.group(4) != null) {
      throw wrong(url, "a URL without a fragment");
    }
    String authority = parts.group(1);
    Matcher where = HOST_AND_PORT.matcher(authority.substring(authority.lastIndexOf('@') + 1));
    if (!where.matches()) {
      throw wrong(url, "https://HOST[:PORT]/PATH");
    }
    UrlHost host =
        UrlHost.parse(where.group(1))
            .orElseThrow(() -> wrong(url, "a host that is a name or an address"));
    int port = port(url, where.group(2));
    String query = parts.group(3) == null ? "" : "?" + UrlPath.query(parts.group(3));
    return new WebTransportUrl(
        host.dialled(),
        port,
        port == HTTPS ? host.serialized() : host.serialized() + ":" + port,
        UrlPath.path(parts.group(2)) + query);
  }

  /** Without controls and spaces at the ends, and without tabs and line breaks anywhere. */
  private static String stripped(String url) {
    int from = 0;
    int to = url.length();
    while (from < to && url.charAt(from) <= ' ') {
      from++;
    }
    while (to > from && url.charAt(to - 1) <= ' ') {
      to--;
    }
    return url.substring(from, to).replaceAll("[\\t\\n\\r]", "");
  }

  private static int port(String url, @Nullable String digits) {
    if (digits == null || digits.isEmpty()) {
      return HTTPS;
    }
    String significant = digits.replaceFirst("^0+", "");
    if (significant.length() > 5
        || !significant.isEmpty() && Integer.parseInt(significant) > MAX_PORT) {
      throw wrong(url, "a port from 0 to 65535");
    }
    return significant.isEmpty() ? 0 : Integer.parseInt(significant);
  }

  /** Whether other protocols speak on the port, whose servers must not be talked to by accident. */
  boolean isBlocked() {
    return BadPorts.contains(port);
  }

  private static WebTransportSyntaxException wrong(String url, String expected) {
    return new WebTransportSyntaxException("url: " + url + " (expected: " + expected + ")");
  }
}
