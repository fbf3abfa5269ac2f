package dev.ahti.webtransport;

/**
 * A URL cannot be connected to, or a protocol cannot be offered: the W3C text's {@code
 * SyntaxError}.
 */
public final class WebTransportSyntaxException extends IllegalArgumentException
    implements WebTransportDomException {
  private static final long serialVersionUID = 1L;

  /** With what was wrong and what was expected. */
  public WebTransportSyntaxException(String message) {
    super(message);
  }

  @Override
  public String name() {
    return "SyntaxError";
  }
}
