package dev.ahti.webtransport;

/**
 * A limit leaves no room now, the peer's for a stream, or one of our own for a call: the W3C text's
 * {@code QuotaExceededError}. It carries no numbers: that text leaves both, {@code requested} and
 * {@code quota}, at null, because the peer's limit moves while it is looked at.
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
