package dev.ahti.webtransport;

/**
 * What this side gave up itself, the W3C text's {@code AbortError}: an atomic write that could not
 * be sent whole, or that waited behind one; and the streams that were open when this side closed
 * their session.
 *
 * <p>It has no stack trace: it reports what happened elsewhere, often once a stream.
 */
public final class WebTransportAbortException extends RuntimeException
    implements WebTransportDomException {
  private static final long serialVersionUID = 1L;

  /** With what was given up. */
  public WebTransportAbortException(String message) {
    super(message, null, false, false);
  }

  @Override
  public String name() {
    return "AbortError";
  }
}
