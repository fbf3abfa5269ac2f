package dev.ahti.transport.netty.http2;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.apache.pekko.util.ByteString;

/**
 * Bytes of a stream that came and that nobody has asked for yet. A window counts bytes, and a peer
 * may send each in a capsule of its own: short pieces are joined, so that what is held costs about
 * what it says. Loop only.
 */
final class ArrivedBytes {
  /** Shorter pieces are joined; a piece of its own costs some sixty bytes. */
  static final int SHORT = 1024;

  /** Up to so many bytes. */
  static final int JOINED = 4096;

  private static final byte[] NONE = {};

  private final ArrayDeque<ByteString> pieces = new ArrayDeque<>(0);
  private byte[] open = NONE;
  private int filled;
  private long length;

  boolean isEmpty() {
    return length == 0;
  }

  /** Whether the first piece is not worth waiting with; not when it is empty. */
  boolean isLong() {
    ByteString first = pieces.peek();
    return first == null ? filled == JOINED : first.length() >= SHORT;
  }

  /** How many bytes there are. */
  long length() {
    return length;
  }

  /** Adds what came next; not empty. */
  void add(ByteString bytes) {
    int added = bytes.length();
    length += added;
    if (added >= SHORT) {
      seal();
      pieces.add(bytes);
      return;
    }
    if (filled + added > JOINED) {
      seal();
    }
    if (filled + added > open.length) {
      open = Arrays.copyOf(open, Math.min(JOINED, Math.max(filled + added, 2 * open.length)));
    }
    bytes.copyToArray(open, filled, added);
    filled += added;
  }

  /** Takes the first piece, as it came or joined; not when it is empty. */
  ByteString remove() {
    if (pieces.isEmpty()) {
      seal();
    }
    ByteString first = pieces.remove();
    length -= first.length();
    return first;
  }

  void clear() {
    pieces.clear();
    open = NONE;
    filled = 0;
    length = 0;
  }

  private void seal() {
    if (filled > 0) {
      pieces.add(ByteString.fromArrayUnsafe(open, 0, filled));
      open = NONE;
      filled = 0;
    }
  }
}
