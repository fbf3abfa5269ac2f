package dev.ahti.webtransport;

/**
 * An atomic write could not be sent whole, or was given up with one before it: the W3C text's
 * {@code AbortError}.
 *
 * <p>It has no stack trace: it reports what the peer allows.
 */
public final class WebTransportAbortException extends RuntimeException
    implements WebTransportDomException {
  private static final long serialVersionUID = 1L;

  /** With what did not fit. */
  public WebTransportAbortException(String message) {
    super(message, null, false, false);
  }

  @Override
  public String name() {
    return "AbortError";
  }
}
