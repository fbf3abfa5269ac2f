package dev.ahti.webtransport;

/** An argument is out of its bounds: the W3C text's {@code RangeError}. */
public final class WebTransportRangeException extends IllegalArgumentException
    implements WebTransportDomException {
  private static final long serialVersionUID = 1L;

  /** With what was wrong and what was expected. */
  public WebTransportRangeException(String message) {
    super(message);
  }

  @Override
  public String name() {
    return "RangeError";
  }
}
