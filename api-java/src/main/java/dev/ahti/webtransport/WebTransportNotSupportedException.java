package dev.ahti.webtransport;

/** Options that cannot be had together, or not at all: the W3C text's {@code NotSupportedError}. */
public final class WebTransportNotSupportedException extends UnsupportedOperationException
    implements WebTransportDomException {
  private static final long serialVersionUID = 1L;

  /** With what was wrong and what was expected. */
  public WebTransportNotSupportedException(String message) {
    super(message);
  }

  @Override
  public String name() {
    return "NotSupportedError";
  }
}
