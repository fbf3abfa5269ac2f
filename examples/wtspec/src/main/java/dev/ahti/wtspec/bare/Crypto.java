package dev.ahti.wtspec.bare;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Bytes of CRYPTO or STREAM frames in their order, and the handshake messages that they are. */
final class Crypto {
  private static final int HEAD = 4;

  private final TreeMap<Long, byte[]> pieces = new TreeMap<>();
  private byte[] whole = new byte[0];
  private int taken;

  /** Adds a piece, which may have come before. */
  void add(long offset, byte[] bytes) {
    pieces.merge(offset, bytes, (one, other) -> one.length > other.length ? one : other);
    for (var first = pieces.firstEntry();
        first != null && first.getKey() <= whole.length;
        first = pieces.firstEntry()) {
      pieces.pollFirstEntry();
      int known = (int) (whole.length - first.getKey());
      if (known < first.getValue().length) {
        whole =
            Bytes.join(whole, Arrays.copyOfRange(first.getValue(), known, first.getValue().length));
      }
    }
  }

  /** All that is there without a gap. */
  byte[] whole() {
    return whole;
  }

  /** The next message of the handshake with its header, or {@code null} until it is whole. */
  byte @Nullable [] message() {
    if (whole.length - taken < HEAD) {
      return null;
    }
    int length = HEAD + (ByteBuffer.wrap(whole, taken, HEAD).getInt() & 0xffffff);
    if (whole.length - taken < length) {
      return null;
    }
    taken += length;
    return Arrays.copyOfRange(whole, taken - length, taken);
  }
}
