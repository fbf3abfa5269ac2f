package dev.ahti.engine.address;

import java.util.Optional;

/**
 * A range of addresses: those that start with the same bits (RFC 4632 3.1, RFC 4291 2.3).
 *
 * @param first the lowest one; every bit behind the prefix is zero
 * @param bits how many bits are the same: 0 to 32, or to 128
 */
public record Cidr(IpAddress first, int bits) {

  /** Checks the length and the bits behind it. */
  public Cidr {
    if (bits < 0 || bits > first.bits()) {
      throw new IllegalArgumentException(
          "prefix: " + first + "/" + bits + " (expected: /0 to /" + first.bits() + ")");
    }
    if (!first.endsInZeros(bits)) {
      throw new IllegalArgumentException(
          "prefix: "
              + first
              + "/"
              + bits
              + " (expected: zeros behind the first "
              + bits
              + " bits)");
    }
  }

  /**
   * From text: an address, {@code /} and a number, such as {@code 10.0.0.0/8}; an address alone is
   * a range of one.
   *
   * @return empty when it is no address and number at all
   * @throws IllegalArgumentException when it is, and no range
   */
  public static Optional<Cidr> parse(String text) {
    int slash = text.indexOf('/');
    Optional<IpAddress> address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
    if (address.isEmpty() || slash < 0) {
      return address.map(one -> new Cidr(one, one.bits()));
    }
    String length = text.substring(slash + 1);
    if (!length.matches("0|[1-9][0-9]{0,2}")) {
      return Optional.empty();
    }
    return Optional.of(new Cidr(address.get(), Integer.parseInt(length)));
  }

  /** A constant of the program. */
  static Cidr of(String text) {
    return parse(text).orElseThrow(() -> new IllegalArgumentException(text));
  }

  /** Whether an address is one of them. */
  public boolean contains(IpAddress address) {
    return first.startsLike(address, bits);
  }

  @Override
  public String toString() {
    return first + "/" + bits;
  }
}
