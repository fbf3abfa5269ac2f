package dev.ahti.engine.wire.sf;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import org.apache.pekko.util.ByteString;

/**
 * A value without parameters (RFC 9651 3.3). Every value that was read can be written again; one of
 * our own making may be none that has a written form, which {@link StructuredField} then says.
 */
public sealed interface BareItem {

  /**
   * A whole number.
   *
   * @param value of 15 digits at most, to be written
   */
  record Whole(long value) implements BareItem {}

  /**
   * A number with a fraction.
   *
   * @param value rounded to three decimal places, half to even, and of 12 digits before the point
   *     at most, to be written
   */
  record Decimal(BigDecimal value) implements BareItem {
    public Decimal {
      requireNonNull(value, "value");
    }
  }

  /**
   * A String.
   *
   * @param value printable ASCII, to be written
   */
  record Text(String value) implements BareItem {
    public Text {
      requireNonNull(value, "value");
    }
  }

  /**
   * A short word.
   *
   * @param value a letter or asterisk, then characters of tokens, colons and slashes, to be written
   */
  record Token(String value) implements BareItem {
    public Token {
      requireNonNull(value, "value");
    }
  }

  /** A Byte Sequence. */
  record Bytes(ByteString value) implements BareItem {
    public Bytes {
      requireNonNull(value, "value");
    }
  }

  /** A Boolean. */
  record Flag(boolean value) implements BareItem {}

  /**
   * A point in time.
   *
   * @param seconds since the beginning of 1970, of 15 digits at most, to be written
   */
  record Date(long seconds) implements BareItem {}

  /** A Display String: any characters, to be shown to people. */
  record Display(String value) implements BareItem {
    public Display {
      requireNonNull(value, "value");
    }
  }
}
