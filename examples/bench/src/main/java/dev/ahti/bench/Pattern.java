package dev.ahti.bench;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * The payload of bulk transfers: pseudo-random bytes that both ends know, so that a receiver can
 * check content and not only its length. The stream's byte {@code i} is byte {@code i mod SIZE}.
 */
public final class Pattern {
  /** Length of one period, in bytes. */
  public static final int SIZE = 1 << 20;

  /** Bytes handed to a side's write in one piece; it divides {@link #SIZE}. */
  public static final int CHUNK = 1 << 16;

  private static final byte[] BYTES = new byte[SIZE];

  static {
    new SplittableRandom(0x41_68_74_69L).nextBytes(BYTES);
  }

  private Pattern() {}

  /** A copy of the chunk that starts at {@code offset} of the stream, which is a CHUNK boundary. */
  public static byte[] chunk(long offset) {
    byte[] chunk = new byte[CHUNK];
    System.arraycopy(BYTES, (int) (offset % SIZE), chunk, 0, CHUNK);
    return chunk;
  }

  /** What a receiver of the first {@code bytes} bytes must report. */
  public static Receipt receipt(long bytes) {
    CRC32C checksum = new CRC32C();
    for (long left = bytes; left > 0; left -= SIZE) {
      checksum.update(ByteBuffer.wrap(BYTES, 0, (int) Math.min(left, SIZE)));
    }
    return new Receipt(bytes, checksum.getValue());
  }
}
