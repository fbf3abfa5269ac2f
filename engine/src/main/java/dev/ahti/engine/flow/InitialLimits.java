package dev.ahti.engine.flow;

import dev.ahti.engine.wire.StreamKind;
import dev.ahti.engine.wire.VarInt;

/**
 * With what one side lets the other begin, from its SETTINGS. Every session of a connection begins
 * with the same limits (draft-ietf-webtrans-http3-16 5.5).
 *
 * @param data bytes of all streams, 0 to 2^62-1; 0 blocks until a capsule raises it
 * @param unidirectionalStreams streams, 0 to {@link #MAX_STREAMS}
 * @param bidirectionalStreams streams, 0 to {@link #MAX_STREAMS}
 */
public record InitialLimits(long data, long unidirectionalStreams, long bidirectionalStreams) {
  /**
   * The most streams a limit may name, 2^60: stream ids have 62 bits, two of which say the kind.
   */
  public static final long MAX_STREAMS = 1L << 60;

  /** Checks the bounds. */
  public InitialLimits {
    require("data", data, VarInt.MAX);
    require("unidirectional streams", unidirectionalStreams, MAX_STREAMS);
    require("bidirectional streams", bidirectionalStreams, MAX_STREAMS);
  }

  /** The streams of a kind. */
  public long streams(StreamKind kind) {
    return kind == StreamKind.BIDIRECTIONAL ? bidirectionalStreams : unidirectionalStreams;
  }

  private static void require(String name, long limit, long most) {
    if (limit < 0 || limit > most) {
      throw new IllegalArgumentException(name + ": " + limit + " (expected: 0 to " + most + ")");
    }
  }
}
