package dev.ahti.wtspec.proxy;

import java.time.Duration;

/**
 * Times in which nothing passes, counted from the start of the link.
 *
 * @param first when the first begins
 * @param length how long each lasts
 * @param every from the beginning of one to the beginning of the next; as long as {@code length}
 *     when there is no other
 */
public record BlackOut(Duration first, Duration length, Duration every) {

  public BlackOut {
    if (first.isNegative() || length.isNegative() || every.compareTo(length) < 0) {
      throw new IllegalArgumentException(
          "black-out: first " + first + ", length " + length + ", every " + every);
    }
  }

  /** A single one. */
  public static BlackOut once(Duration first, Duration length) {
    return new BlackOut(first, length, length);
  }

  /** One after another: so long on, so long off, and again. */
  public static BlackOut repeated(Duration on, Duration off) {
    return new BlackOut(on, off, on.plus(off));
  }

  /** Whether nothing passes at a time, in nanoseconds from the start of the link. */
  boolean covers(long nanos) {
    long since = nanos - first.toNanos();
    if (since < 0) {
      return false;
    }
    return (every.equals(length) ? since : since % every.toNanos()) < length.toNanos();
  }
}
