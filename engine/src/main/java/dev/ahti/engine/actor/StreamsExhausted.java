package dev.ahti.engine.actor;

import dev.ahti.engine.wire.StreamKind;

/** No stream could be opened at once: the peer allows no more of this kind now. */
public final class StreamsExhausted extends SessionFailure {
  private static final long serialVersionUID = 1L;

  StreamsExhausted(StreamKind kind) {
    super("no " + kind + " stream is available (the peer's limit)");
  }
}
