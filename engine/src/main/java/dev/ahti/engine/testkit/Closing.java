package dev.ahti.engine.testkit;

import org.jspecify.annotations.Nullable;

/** Ends what a test has begun, so that a test which fails leaves nothing to the next one. */
public final class Closing {
  private Closing() {}

  /**
   * Does all of these, the first first, whatever fails.
   *
   * @param steps what is to be closed or checked; {@code null} for what the test never opened
   * @throws AssertionError what failed first, or because of it; what failed after it is suppressed
   */
  public static void all(@Nullable AutoCloseable... steps) {
    Throwable first = null;
    for (AutoCloseable step : steps) {
      try {
        if (step != null) {
          step.close();
        }
      } catch (Exception | AssertionError failure) {
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    if (first instanceof AssertionError failed) {
      throw failed;
    } else if (first != null) {
      throw new AssertionError(first.toString(), first);
    }
  }
}
