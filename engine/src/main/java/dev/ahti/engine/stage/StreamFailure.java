package dev.ahti.engine.stage;

import java.util.OptionalLong;

/** How a stream ended before its end. Without a stack trace: it tells what somebody else did. */
public final class StreamFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What happened. */
  public enum Kind {
    /** RESET_STREAM. */
    RESET,
    /** STOP_SENDING. */
    STOPPED,
    /** This side reset the stream or told the peer to stop, from outside the stage. */
    ABORTED,
    /** The peer took nothing of what was to be sent. */
    STALLED,
    /** The session or connection ended. */
    LOST
  }

  private final Kind kind;
  private final long code;
  private final boolean hasCode;

  /**
   * Says how and why.
   *
   * @param applicationCode empty when there is none
   */
  public StreamFailure(Kind kind, OptionalLong applicationCode, String why) {
    super(
        applicationCode.isPresent() ? why + ", code " + applicationCode.getAsLong() : why,
        null,
        false,
        false);
    this.kind = kind;
    this.code = applicationCode.orElse(0);
    this.hasCode = applicationCode.isPresent();
  }

  /** What happened. */
  public Kind kind() {
    return kind;
  }

  /** The application's code, where there is one. */
  public OptionalLong applicationCode() {
    return hasCode ? OptionalLong.of(code) : OptionalLong.empty();
  }
}
