package dev.ahti.engine.wire;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.error.Violation;
import org.apache.pekko.util.ByteString;

/**
 * What a decoder made of the bytes it was given.
 *
 * @param <T> the decoded value
 */
public sealed interface DecodeResult<T> {

  /**
   * The value was whole.
   *
   * @param value the decoded value
   * @param rest the bytes behind it
   */
  record Complete<T>(T value, ByteString rest) implements DecodeResult<T> {
    public Complete {
      requireNonNull(value, "value");
      requireNonNull(rest, "rest");
    }
  }

  /**
   * The bytes end inside the value. Nothing was consumed: ask again with the same bytes and more.
   *
   * @param minBytes the least number of bytes, counted from the start of the value, with which
   *     another attempt can come further
   */
  record NeedMore<T>(int minBytes) implements DecodeResult<T> {}

  /**
   * The bytes can never become a valid value.
   *
   * @param violation the rule that was broken
   */
  record Malformed<T>(Violation violation) implements DecodeResult<T> {
    public Malformed {
      requireNonNull(violation, "violation");
    }
  }
}
