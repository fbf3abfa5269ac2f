package dev.ahti.engine.flow;

import dev.ahti.engine.wire.StreamKind;
import dev.ahti.engine.wire.VarInt;

/**
 * How many bytes one side lets the other send on a stream to begin with, where streams have windows
 * of their own (draft-ietf-webtrans-http2-15 4.3). "Local" and "remote" are as seen from the side
 * that grants.
 *
 * @param unidirectional on unidirectional streams, which the other side opens, 0 to 2^62-1
 * @param bidirectionalLocal on bidirectional streams that the granting side opens, 0 to 2^62-1
 * @param bidirectionalRemote on bidirectional streams that the other side opens, 0 to 2^62-1
 */
public record StreamLimits(long unidirectional, long bidirectionalLocal, long bidirectionalRemote) {
  /** Nothing to begin with. */
  public static final StreamLimits NONE = new StreamLimits(0, 0, 0);

  /** Checks the bounds. */
  public StreamLimits {
    require("unidirectional", unidirectional);
    require("bidirectional local", bidirectionalLocal);
    require("bidirectional remote", bidirectionalRemote);
  }

  /** The same for all streams. */
  public static StreamLimits of(long bytes) {
    return new StreamLimits(bytes, bytes, bytes);
  }

  /**
   * The limit of a stream.
   *
   * @param openedByGranter whether the side that grants has opened it
   */
  public long of(StreamKind kind, boolean openedByGranter) {
    if (kind == StreamKind.UNIDIRECTIONAL) {
      return unidirectional;
    }
    return openedByGranter ? bidirectionalLocal : bidirectionalRemote;
  }

  /** The greater of each two. */
  public StreamLimits max(StreamLimits other) {
    return new StreamLimits(
        Math.max(unidirectional, other.unidirectional),
        Math.max(bidirectionalLocal, other.bidirectionalLocal),
        Math.max(bidirectionalRemote, other.bidirectionalRemote));
  }

  private static void require(String name, long limit) {
    if (limit < 0 || limit > VarInt.MAX) {
      throw new IllegalArgumentException(name + ": " + limit + " (expected: 0 to 2^62-1)");
    }
  }
}
