package dev.ahti.engine.actor;

import dev.ahti.engine.flow.InitialLimits;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What the peers in the sessions of one listener, or of one dial, may have of {@code
 * ahti.session.flow}, where it is not what is configured. Any of them turns flow control on.
 *
 * @param data bytes that a peer may be ahead of what was consumed
 * @param streamsBidirectional streams that a peer may be ahead of those that have ended
 * @param streamsUnidirectional the same for this kind
 */
public record FlowLimits(
    OptionalLong data, OptionalInt streamsBidirectional, OptionalInt streamsUnidirectional) {

  /** What is configured. */
  public static final FlowLimits CONFIGURED =
      new FlowLimits(OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty());

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException for what is not above zero, or too many bytes for a limit
   */
  public FlowLimits {
    if (data.isPresent() && (data.getAsLong() < 1 || data.getAsLong() > MOST_DATA)) {
      throw new IllegalArgumentException(
          "data: " + data.getAsLong() + " (expected: 1 to " + MOST_DATA + " bytes)");
    }
    positive("streams", streamsBidirectional);
    positive("streams", streamsUnidirectional);
  }

  /** Leaves room for the limit to rise: it can count to 2^62. */
  private static final long MOST_DATA = InitialLimits.MAX_STREAMS;

  private static void positive(String what, OptionalInt value) {
    if (value.isPresent() && value.getAsInt() < 1) {
      throw new IllegalArgumentException(what + ": " + value.getAsInt() + " (expected: above 0)");
    }
  }

  /** The same but for these bytes. */
  public FlowLimits withData(long bytes) {
    return new FlowLimits(OptionalLong.of(bytes), streamsBidirectional, streamsUnidirectional);
  }

  /** The same but for these streams that both sides write. */
  public FlowLimits withStreamsBidirectional(int streams) {
    return new FlowLimits(data, OptionalInt.of(streams), streamsUnidirectional);
  }

  /** The same but for these streams that only the peer writes. */
  public FlowLimits withStreamsUnidirectional(int streams) {
    return new FlowLimits(data, streamsBidirectional, OptionalInt.of(streams));
  }

  /** These in place of what is configured. */
  EngineParts of(EngineParts parts) {
    if (equals(CONFIGURED)) {
      return parts;
    }
    EngineSettings.Flow flow = parts.settings().session().flow();
    return parts.withFlow(
        new EngineSettings.Flow(
            true,
            data.orElse(flow.dataWindow()),
            streamsUnidirectional.orElse(flow.streamsUnidirectional()),
            streamsBidirectional.orElse(flow.streamsBidirectional()),
            flow.streamWindow()));
  }
}
