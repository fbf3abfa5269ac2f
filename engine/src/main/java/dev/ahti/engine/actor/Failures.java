package dev.ahti.engine.actor;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What can be said of any failure. */
final class Failures {
  private Failures() {}

  /** The failure itself; one that says so when a future gave neither result nor failure. */
  static Throwable unwrap(@Nullable Throwable failure) {
    if (failure instanceof CompletionException && failure.getCause() != null) {
      return failure.getCause();
    }
    return failure != null ? failure : new IllegalStateException("no result and no failure");
  }

  /**
   * Whether it must not be swallowed: the machine is out of order. An overflown stack or a class
   * that does not load is the fault of the code that was called, and ends with it.
   */
  static boolean isFatal(Throwable failure) {
    return failure instanceof VirtualMachineError && !(failure instanceof StackOverflowError);
  }
}
