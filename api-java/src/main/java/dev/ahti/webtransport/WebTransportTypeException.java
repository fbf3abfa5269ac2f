package dev.ahti.webtransport;

/**
 * An argument is of the wrong kind, such as a send group of another session or a header that a
 * program may not set: the W3C text's {@code TypeError}.
 */
public final class WebTransportTypeException extends IllegalArgumentException
    implements WebTransportDomException {
  private static final long serialVersionUID = 1L;

  /** With what was wrong and what was expected. */
  public WebTransportTypeException(String message) {
    super(message);
  }

  @Override
  public String name() {
    return "TypeError";
  }
}
