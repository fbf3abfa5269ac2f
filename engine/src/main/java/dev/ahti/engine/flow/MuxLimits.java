package dev.ahti.engine.flow;

import static java.util.Objects.requireNonNull;

/**
 * With what one side lets the other begin in a session whose streams are capsules: there the
 * session and each of its streams have windows, always (draft-ietf-webtrans-http2-15 4).
 *
 * @param session bytes of all streams together, and streams of each kind
 * @param streams bytes of each stream
 */
public record MuxLimits(InitialLimits session, StreamLimits streams) {
  public MuxLimits {
    requireNonNull(session, "session");
    requireNonNull(streams, "streams");
  }

  /** These, with at least so many streams of each kind. */
  public MuxLimits withStreams(long unidirectional, long bidirectional) {
    return new MuxLimits(
        new InitialLimits(
            session.data(),
            Math.max(session.unidirectionalStreams(), unidirectional),
            Math.max(session.bidirectionalStreams(), bidirectional)),
        streams);
  }

  /** These, with the greater of each two limits of streams. */
  public MuxLimits max(StreamLimits other) {
    return new MuxLimits(session, streams.max(other));
  }
}
