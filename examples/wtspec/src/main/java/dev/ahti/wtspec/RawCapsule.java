package dev.ahti.wtspec;

/**
 * A capsule (RFC 9297 3.2).
 *
 * @param type 62 bits
 * @param payload in hexadecimal digits
 */
public record RawCapsule(long type, String payload) {

  /** The capsule with its header, in hexadecimal digits. */
  public String hex() {
    return RawHttp.frame(type, payload);
  }

  /** As its type and its payload. */
  @Override
  public String toString() {
    return "0x" + Long.toHexString(type) + "[" + payload + "]";
  }
}
