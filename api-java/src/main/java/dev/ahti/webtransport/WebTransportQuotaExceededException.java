package dev.ahti.webtransport;

/**
 * The peer's limit leaves no room now, for a stream or for the bytes of an atomic write: the W3C
 * text's {@code QuotaExceededError}. It carries no numbers: that text leaves both, {@code
 * requested} and {@code quota}, at null, because the peer's limit moves while it is looked at.
 *
 * <p>It has no stack trace: it reports what the peer allows, often once a stream.
 */
public final class WebTransportQuotaExceededException extends RuntimeException
    implements WebTransportDomException {
  private static final long serialVersionUID = 1L;

  /** With what had no room. */
  public WebTransportQuotaExceededException(String message) {
    super(message, null, false, false);
  }

  @Override
  public String name() {
    return "QuotaExceededError";
  }
}
