package dev.ahti.engine.mux;

import dev.ahti.engine.session.Role;
import dev.ahti.engine.wire.StreamKind;

/**
 * Ids of streams inside a session, made as QUIC makes them (draft-ietf-webtrans-http2-15 5.2, RFC
 * 9000 2.1): the lowest bit says who opens the stream, the next one its kind, the others count.
 */
public final class StreamIds {
  private static final long SERVER = 0x1;
  private static final long UNIDIRECTIONAL = 0x2;
  private static final int COUNT_SHIFT = 2;

  private StreamIds() {}

  /**
   * The id of a stream.
   *
   * @param count how many streams of the same opener and kind came before, 0 to 2^60-1
   */
  public static long of(Role opener, StreamKind kind, long count) {
    return count << COUNT_SHIFT
        | (kind == StreamKind.UNIDIRECTIONAL ? UNIDIRECTIONAL : 0)
        | (opener == Role.SERVER ? SERVER : 0);
  }

  /** Who opens it. */
  public static Role opener(long id) {
    return (id & SERVER) == 0 ? Role.CLIENT : Role.SERVER;
  }

  /** Its kind. */
  public static StreamKind kind(long id) {
    return (id & UNIDIRECTIONAL) == 0 ? StreamKind.BIDIRECTIONAL : StreamKind.UNIDIRECTIONAL;
  }

  /** How many streams of the same opener and kind came before. */
  static long count(long id) {
    return id >>> COUNT_SHIFT;
  }
}
