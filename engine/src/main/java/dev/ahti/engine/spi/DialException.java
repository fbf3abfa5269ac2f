package dev.ahti.engine.spi;

/** A connection could not be opened; the message says to where and why. */
public final class DialException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the address and the reason. */
  public DialException(String message, Throwable cause) {
    super(message, cause);
  }
}
