package dev.ahti.engine.spi;

import org.jspecify.annotations.Nullable;

/** A transport cannot work on this machine; the message says what is missing. */
public final class TransportUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With what is missing and what would help. */
  public TransportUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
