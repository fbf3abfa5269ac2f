package dev.ahti.webtransport;

import org.jspecify.annotations.Nullable;

/**
 * The network, the peer or the operating system did not let it, such as a connection that is
 * refused or reset: the {@code NetworkError} of WICG Direct Sockets. Sessions have {@link
 * WebTransportError} for that.
 *
 * <p>It has no stack trace: it reports what happened elsewhere.
 */
public final class WebTransportNetworkException extends RuntimeException
    implements WebTransportDomException {
  private static final long serialVersionUID = 1L;

  /** With what went wrong and where. */
  public WebTransportNetworkException(String message) {
    this(message, null);
  }

  /** With what went wrong and where, and what the operating system said. */
  public WebTransportNetworkException(String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
  }

  @Override
  public String name() {
    return "NetworkError";
  }
}
