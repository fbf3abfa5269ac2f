package dev.ahti.bench;

import java.nio.ByteBuffer;

/**
 * What the receiving end of a bulk transfer saw.
 *
 * @param bytes how many bytes arrived before FIN
 * @param checksum CRC-32C of those bytes, in order
 */
public record Receipt(long bytes, long checksum) {
  /** Length of an encoded receipt in bytes. */
  public static final int LENGTH = 2 * Long.BYTES;

  /** Two big-endian longs: the count, then the checksum. */
  public byte[] encode() {
    return ByteBuffer.allocate(LENGTH).putLong(bytes).putLong(checksum).array();
  }

  /** Reads an encoded receipt; throws {@link BenchException} when the length is wrong. */
  public static Receipt decode(ByteBuffer encoded) {
    if (encoded.remaining() != LENGTH) {
      throw new BenchException(
          "a receipt of " + encoded.remaining() + " bytes (expected: " + LENGTH + ")");
    }
    return new Receipt(encoded.getLong(), encoded.getLong());
  }

  /** Throws {@link BenchException} unless this equals what was sent. */
  public void mustEqual(Receipt sent) {
    if (!equals(sent)) {
      throw new BenchException("received " + this + " (expected: " + sent + ")");
    }
  }
}
