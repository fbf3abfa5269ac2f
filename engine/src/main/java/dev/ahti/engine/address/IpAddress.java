package dev.ahti.engine.address;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * An IP address, of 4 bytes or of 16. An IPv4 address mapped into IPv6 ({@code ::ffff:0:0/96}, RFC
 * 4291 2.5.5.2) is that IPv4 address: it reaches the same host over the same protocol.
 */
public final class IpAddress {
  private static final int IPV4 = 4;
  private static final int IPV6 = 16;

  /** Where an IPv4 address stands in an IPv6 address that stands for it, and its prefix. */
  private enum Embedding {
    /** IPv4-compatible, RFC 4291 2.5.5.1. */
    COMPATIBLE("0000000000000000" + "00000000", 12),
    /** The well-known prefix of NAT64, RFC 6052 2.1. */
    NAT64("0064ff9b00000000" + "00000000", 12),
    /**
     * The prefix of local NAT64, RFC 8215; the address may stand elsewhere, as its network chose.
     */
    LOCAL_NAT64("0064ff9b0001", 12),
    /** 6to4, RFC 3056 2. */
    SIX_TO_FOUR("2002", 2),
    /** ISATAP, RFC 5214 6.1, with either value of the universal bit. */
    ISATAP("", 12);

    private final byte[] prefix;
    private final int at;

    Embedding(String prefix, int at) {
      this.prefix = hex(prefix);
      this.at = at;
    }
  }

  private final byte[] bytes;

  private IpAddress(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * From its bytes in network order.
   *
   * @throws IllegalArgumentException unless there are 4 or 16
   */
  public static IpAddress of(byte[] bytes) {
    if (bytes.length == IPV4) {
      return new IpAddress(bytes.clone());
    }
    if (bytes.length != IPV6) {
      throw new IllegalArgumentException("bytes: " + bytes.length + " (expected: 4 or 16)");
    }
    return new IpAddress(isMapped(bytes) ? Arrays.copyOfRange(bytes, 12, 16) : bytes.clone());
  }

  private static boolean isMapped(byte[] bytes) {
    for (int i = 0; i < 10; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return bytes[10] == (byte) 0xff && bytes[11] == (byte) 0xff;
  }

  /**
   * From the one way to write it that every reader takes for the same: IPv4 as four decimal numbers
   * without leading zeros (RFC 3986 3.2.2), IPv6 as RFC 4291 2.2 has it, without brackets and
   * without a zone. Octal, hexadecimal, shortened and single-number forms of IPv4 are none of it:
   * readers differ in what they mean.
   *
   * @return empty for everything else
   */
  public static Optional<IpAddress> parse(String text) {
    return text.indexOf(':') >= 0
        ? Ipv6Text.parse(text).map(IpAddress::of)
        : Ipv4Text.parse(text).map(IpAddress::new);
  }

  /**
   * Whether some reader may take a host for an IPv4 address: its last label is a number, decimal,
   * octal or hexadecimal (the URL Standard, "ends in a number"). No name of the DNS ends so.
   */
  public static boolean endsInNumber(String host) {
    return Ipv4Text.endsInNumber(host);
  }

  /** Whether it has 4 bytes. */
  public boolean isIpv4() {
    return bytes.length == IPV4;
  }

  /** Its bytes in network order: 4, or 16. */
  public byte[] bytes() {
    return bytes.clone();
  }

  int bits() {
    return bytes.length * Byte.SIZE;
  }

  /** Whether the first bits are those of another address of the same length. */
  boolean startsLike(IpAddress other, int bits) {
    if (other.bytes.length != bytes.length) {
      return false;
    }
    int whole = bits / Byte.SIZE;
    for (int i = 0; i < whole; i++) {
      if (bytes[i] != other.bytes[i]) {
        return false;
      }
    }
    int rest = bits % Byte.SIZE;
    return rest == 0 || ((bytes[whole] ^ other.bytes[whole]) & 0xff) >> (Byte.SIZE - rest) == 0;
  }

  /** Whether every bit behind the first ones is zero. */
  boolean endsInZeros(int bits) {
    for (int bit = bits; bit < bits(); bit++) {
      if ((bytes[bit / Byte.SIZE] >> (Byte.SIZE - 1 - bit % Byte.SIZE) & 1) != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * The IPv4 addresses that packets to this IPv6 address may end up at, by way of a translator or a
   * tunnel: that of NAT64, 6to4, ISATAP and Teredo (server and client, RFC 4380 4).
   *
   * @return none for IPv4
   */
  public List<IpAddress> embedded() {
    List<IpAddress> found = new ArrayList<>();
    if (isIpv4()) {
      return found;
    }
    for (Embedding embedding : Embedding.values()) {
      if (stands(embedding)) {
        found.add(ipv4At(embedding.at, 0));
      }
    }
    if (startsWith(hex("20010000"))) {
      found.add(ipv4At(4, 0));
      found.add(ipv4At(12, 0xff));
    }
    return found;
  }

  private boolean stands(Embedding embedding) {
    return embedding == Embedding.ISATAP
        ? (bytes[8] & 0xfd) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == (byte) 0xfe
        : startsWith(embedding.prefix);
  }

  private boolean startsWith(byte[] prefix) {
    return Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  private IpAddress ipv4At(int at, int inverted) {
    byte[] ipv4 = Arrays.copyOfRange(bytes, at, at + IPV4);
    for (int i = 0; i < IPV4; i++) {
      ipv4[i] ^= (byte) inverted;
    }
    return new IpAddress(ipv4);
  }

  private static byte[] hex(String digits) {
    byte[] bytes = new byte[digits.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
    }
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IpAddress address && Arrays.equals(bytes, address.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** As {@link #parse} reads it; IPv6 in the form of RFC 5952. */
  @Override
  public String toString() {
    return isIpv4() ? Ipv4Text.format(bytes) : Ipv6Text.format(bytes);
  }
}
