package dev.ahti.engine.spi;

import org.jspecify.annotations.Nullable;

/** A connection could not be opened; the message says to where and why. */
public final class DialException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the address and the reason; there is no cause where nothing answered. */
  public DialException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
