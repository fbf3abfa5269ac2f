package dev.ahti.webtransport.impl;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.spi.StreamCounts;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.webtransport.WebTransportOptions;
import dev.ahti.webtransport.WebTransportTypeException;
import java.util.OptionalInt;
import org.apache.pekko.annotation.InternalApi;
import org.jspecify.annotations.Nullable;

/** How many streams a peer is expected to have open at a time, told to its session. */
@InternalApi
public final class Anticipated {
  private static final int MOST = 0xffff;

  private final ApiState state;

  // Guarded by this.
  private StreamCounts counts;

  Anticipated(ApiState state, StreamCounts counts) {
    this.state = state;
    this.counts = counts;
    // What was set last: dependents of a future run in no order that could be relied on.
    state.established().thenAccept(session -> tellAll(session, latest()));
  }

  private synchronized StreamCounts latest() {
    return counts;
  }

  private static void tellAll(SessionHandle session, StreamCounts counts) {
    for (StreamKind kind : StreamKind.values()) {
      if (counts.of(kind).isPresent()) {
        session.anticipate(kind, counts.of(kind).getAsInt());
      }
    }
  }

  OptionalInt get(StreamKind kind) {
    return latest().of(kind);
  }

  void set(StreamKind kind, @Nullable Integer streams) {
    OptionalInt value = require(streams);
    synchronized (this) {
      counts =
          kind == StreamKind.BIDIRECTIONAL
              ? new StreamCounts(counts.unidirectional(), value)
              : new StreamCounts(value, counts.bidirectional());
    }
    SessionHandle session = state.sessionOrNull();
    if (session != null) {
      session.anticipate(kind, value.orElse(0));
    }
  }

  static StreamCounts of(WebTransportOptions options) {
    return new StreamCounts(
        options.anticipatedConcurrentIncomingUnidirectionalStreams(),
        options.anticipatedConcurrentIncomingBidirectionalStreams());
  }

  /**
   * Checks one: the W3C text's {@code [EnforceRange] unsigned short?}.
   *
   * @throws WebTransportTypeException when it is out of its bounds
   */
  public static OptionalInt require(@Nullable Integer streams) {
    if (streams == null) {
      return OptionalInt.empty();
    }
    if (streams < 0 || streams > MOST) {
      throw new WebTransportTypeException(
          "anticipated streams: " + streams + " (expected: 0 to " + MOST + ")");
    }
    return OptionalInt.of(streams);
  }
}
