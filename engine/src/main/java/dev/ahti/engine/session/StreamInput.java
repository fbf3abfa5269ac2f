package dev.ahti.engine.session;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/** What can happen to a stream. Codes are those of the wire; a dialect maps them. */
public sealed interface StreamInput {

  /** The application has written its last byte. */
  record LocalFinish() implements StreamInput {}

  /** The application aborts what it sends. */
  record LocalReset(long wireCode) implements StreamInput {}

  /** The application wants to read no more. */
  record LocalStop(long wireCode) implements StreamInput {}

  /** The peer's last byte was read. */
  record PeerFinished() implements StreamInput {}

  /** The peer aborted what it sends. */
  record PeerReset(long wireCode) implements StreamInput {}

  /**
   * The peer wants to read no more.
   *
   * @param wireCode its code, empty where the transport cannot tell
   */
  record PeerStopped(OptionalLong wireCode) implements StreamInput {
    public PeerStopped {
      requireNonNull(wireCode, "wireCode");
    }
  }

  /**
   * The session has ended, and its streams with it.
   *
   * @param wireCode the code of {@link SessionEffect.EndStreams}
   */
  record SessionEnded(long wireCode) implements StreamInput {}

  /** The connection is gone and nothing can be sent. */
  record ConnectionLost(String why) implements StreamInput {
    public ConnectionLost {
      requireNonNull(why, "why");
    }
  }
}
