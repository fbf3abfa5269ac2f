package dev.ahti.webtransport;

import org.jspecify.annotations.Nullable;

/**
 * The session, stream or writer is in a state in which this cannot be done, such as a stream asked
 * of a session that is closed: the W3C text's {@code InvalidStateError}.
 *
 * <p>The {@linkplain #getCause cause} is the {@link WebTransportError} that ended the session, when
 * it ended with one.
 */
public final class WebTransportInvalidStateException extends IllegalStateException
    implements WebTransportDomException {
  private static final long serialVersionUID = 1L;

  /** With the state and what was expected. */
  public WebTransportInvalidStateException(String message) {
    super(message);
  }

  /** With the state, what was expected, and what led there. */
  public WebTransportInvalidStateException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public String name() {
    return "InvalidStateError";
  }
}
