package dev.ahti.webtransport.impl;

import dev.ahti.webtransport.WebTransportSyntaxException;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * A checked URL.
 *
 * @param host without the brackets of an IPv6 literal
 * @param port 1 to 65535
 * @param authority as it goes into the request
 * @param path with the query, starting with a slash
 */
record WebTransportUrl(String host, int port, String authority, String path) {
  private static final int HTTPS = 443;

  static WebTransportUrl parse(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw new WebTransportSyntaxException(
          "url: " + url + " (" + e.getReason() + " at character " + e.getIndex() + ")");
    }
    if (!"https".equalsIgnoreCase(uri.getScheme())) {
      throw wrong(url, "an absolute URL with the scheme https");
    }
    if (uri.getRawFragment() != null) {
      throw wrong(url, "a URL without a fragment");
    }
    if (uri.getRawUserInfo() != null) {
      throw wrong(url, "a URL without user information");
    }
    String host = uri.getHost();
    if (host == null || uri.getPort() == 0 || uri.getPort() > 0xffff) {
      throw wrong(url, "https://HOST[:PORT]/PATH");
    }
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    int port = uri.getPort() == -1 ? HTTPS : uri.getPort();
    String authority = port == HTTPS ? host : host + ":" + port;
    return new WebTransportUrl(unbracketed(host), port, authority, path + query);
  }

  /** Whether other protocols speak on the port, whose servers must not be talked to by accident. */
  boolean isBlocked() {
    return BadPorts.contains(port);
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static WebTransportSyntaxException wrong(String url, String expected) {
    return new WebTransportSyntaxException("url: " + url + " (expected: " + expected + ")");
  }
}
