package dev.ahti.engine.testkit;

import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * What every port of a kind must do, as named checks over a real pair of ports. A transport's test
 * extends one of the subclasses and runs {@link #rules()} with the test library it likes, for
 * example:
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> keepsTheContract() {
 *   return rules().entrySet().stream()
 *       .map(rule -> DynamicTest.dynamicTest(rule.getKey(), rule.getValue()::run));
 * }
 * }</pre>
 *
 * <p>A broken rule throws an {@link AssertionError} that says which values were found. The checks
 * run on the caller's thread, one at a time, each with new ports.
 */
public abstract class PortContract {

  /** Only the kinds of this package. */
  PortContract() {}

  /** The rules by name. */
  public abstract Map<String, Runnable> rules();

  /** Lets the transport work until the condition holds, or answers {@code false} in due time. */
  protected abstract boolean await(BooleanSupplier condition);

  /** Lets the transport work until everything that was caused so far has had its effect. */
  protected abstract void settle();

  final void holds(String what, BooleanSupplier condition) {
    check(what + " (in due time)", await(condition));
  }

  static void check(String what, boolean holds) {
    if (!holds) {
      throw new AssertionError("does not hold: " + what);
    }
  }

  static void same(String what, @Nullable Object expected, @Nullable Object found) {
    if (expected == null ? found != null : !expected.equals(found)) {
      throw new AssertionError(what + ": " + found + " (expected: " + expected + ")");
    }
  }

  static ByteString bytes(int length, long seed) {
    byte[] random = new byte[length];
    new Random(seed).nextBytes(random);
    return ByteString.fromArrayUnsafe(random);
  }
}
