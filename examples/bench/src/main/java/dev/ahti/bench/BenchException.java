package dev.ahti.bench;

/** A benchmark could not run or measured something that is wrong; the message is for people. */
public final class BenchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure that needs no cause. */
  public BenchException(String message) {
    super(message);
  }

  /** A failure with its cause. */
  public BenchException(String message, Throwable cause) {
    super(message, cause);
  }
}
