package dev.ahti.engine.spi;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A connection could not be opened; the message says to where and why. */
public final class DialException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the address and the reason; there is no cause where nothing answered. */
  public DialException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Of several attempts that have all failed.
   *
   * @param failures at least one, in the order in which they are to be told
   * @return the only one, or one that says all and has the first as its cause
   */
  public static Throwable together(List<? extends Throwable> failures) {
    Throwable first = failures.get(0);
    return failures.size() == 1
        ? first
        : new DialException(
            failures.stream()
                .map(failure -> String.valueOf(failure.getMessage()))
                .collect(Collectors.joining("; ")),
            first);
  }
}
