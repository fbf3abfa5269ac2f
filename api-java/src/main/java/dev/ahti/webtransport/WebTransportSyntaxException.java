package dev.ahti.webtransport;

/** A URL cannot be connected to: what the W3C text calls a {@code SyntaxError}. */
public final class WebTransportSyntaxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** With the URL and what was expected. */
  public WebTransportSyntaxException(String message) {
    super(message);
  }
}
