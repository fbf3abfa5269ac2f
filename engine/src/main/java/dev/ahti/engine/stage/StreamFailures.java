package dev.ahti.engine.stage;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Which exceptions a stream's ends become, and which codes an application's exceptions become. The
 * API has its own types; the engine only passes them through. Any thread; must not block.
 */
public interface StreamFailures {

  /**
   * The peer reset the stream.
   *
   * @param applicationCode empty when the code on the wire is not an application's
   */
  Throwable reset(OptionalLong applicationCode);

  /**
   * The peer asked to stop sending.
   *
   * @param applicationCode empty when it is not an application's or the transport cannot tell it
   */
  Throwable stopped(OptionalLong applicationCode);

  /**
   * This side gave the stream up from outside the stage: it reset what it sends, or told the peer
   * to stop.
   *
   * @param applicationCode empty when the code on the wire is not an application's
   */
  Throwable aborted(OptionalLong applicationCode);

  /** The peer took nothing for so long that the stream was given up; its session goes on. */
  Throwable stalled(Duration limit);

  /** The words for {@link #stalled}. */
  static String stalledFor(Duration limit) {
    return "the peer took nothing for " + limit.toMillis() + " ms";
  }

  /** The stream ended with its session or connection. */
  Throwable lost(String why);

  /**
   * A call that cannot be meant: a stream that is closed is written, a reader that has released its
   * stream is read.
   */
  default Throwable refused(String why) {
    return new IllegalStateException(why);
  }

  /** More calls wait than may. */
  default Throwable exhausted(String why) {
    return new IllegalStateException(why);
  }

  /** Bytes that were to be sent whole within the peer's flow control window do not fit into it. */
  default Throwable windowTooSmall(String why) {
    return new IllegalStateException(why);
  }

  /**
   * The code to put into RESET_STREAM or STOP_SENDING.
   *
   * @param failure what the upstream failed with, or why the downstream cancelled
   * @return empty when it carries none; then 0 is sent
   */
  OptionalLong applicationCode(Throwable failure);
}
