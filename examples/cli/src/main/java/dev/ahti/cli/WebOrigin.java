package dev.ahti.cli;

import java.net.URI;
import java.net.URISyntaxException;

/** A web origin on the command line (RFC 6454 6.2). */
final class WebOrigin {
  /** What one looks like, for messages. */
  static final String SHAPE = "null, scheme://host or scheme://host:port";

  private WebOrigin() {}

  /** Whether a browser could send this: {@code null}, or scheme and host, and nothing after. */
  static boolean is(String text) {
    if (text.equals("null")) {
      return true;
    }
    try {
      URI uri = new URI(text);
      return uri.getHost() != null
          && uri.getScheme() != null
          && uri.getRawUserInfo() == null
          && uri.getRawPath().isEmpty()
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
