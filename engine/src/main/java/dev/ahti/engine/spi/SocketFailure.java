package dev.ahti.engine.spi;

import org.jspecify.annotations.Nullable;

/** What a socket failed with. Without a stack trace: it tells what somebody else did. */
public final class SocketFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What could not be done. */
  public enum Kind {
    /** The network, the peer or the operating system did not let it. */
    NETWORK,
    /** This transport has no such thing. */
    NOT_SUPPORTED
  }

  private final Kind kind;

  /** With what was wrong, where, and what led there. */
  public SocketFailure(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
    this.kind = kind;
  }

  /** What could not be done. */
  public Kind kind() {
    return kind;
  }
}
