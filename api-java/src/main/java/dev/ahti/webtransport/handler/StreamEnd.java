package dev.ahti.webtransport.handler;

import java.util.OptionalLong;

/**
 * How a stream ended. A stream that ended otherwise than in order, by either side, has the first
 * such end.
 */
public sealed interface StreamEnd {

  /** Each half that it has ended with FIN. */
  enum Normal implements StreamEnd {
    /** There is no more to say of it. */
    INSTANCE
  }

  /**
   * Its writer reset it.
   *
   * @param code the application's, 0 to 2^32-1; empty when the code on the wire is not one
   */
  record Reset(OptionalLong code) implements StreamEnd {}

  /**
   * Its reader asked to stop sending.
   *
   * @param code the application's, 0 to 2^32-1; empty when it is none, and always when the peer
   *     asked over HTTP/3: the QUIC library tells of the stop, not its code
   */
  record Stopped(OptionalLong code) implements StreamEnd {}

  /** Something else ended it: it did not start in time, or the peer took nothing for too long. */
  record Failed(Throwable reason) implements StreamEnd {}
}
