package dev.ahti.webtransport;

/**
 * Bytes that are no whole messages as {@link WebTransportMessages} has them: one that is longer
 * than allowed, or one that the stream's end cuts off.
 */
public final class WebTransportFramingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With what was found and what was expected. */
  public WebTransportFramingException(String message) {
    super(message, null, false, false);
  }
}
