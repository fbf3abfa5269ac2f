package dev.ahti.engine.spi;

import dev.ahti.engine.wire.StreamKind;
import java.util.OptionalInt;

/**
 * How many streams a peer is expected to have open at a time; empty for as many as configured.
 *
 * @param unidirectional 0 to 65535
 * @param bidirectional 0 to 65535
 */
public record StreamCounts(OptionalInt unidirectional, OptionalInt bidirectional) {

  /** As configured. */
  public static final StreamCounts UNKNOWN =
      new StreamCounts(OptionalInt.empty(), OptionalInt.empty());

  /** Those of a kind. */
  public OptionalInt of(StreamKind kind) {
    return kind == StreamKind.BIDIRECTIONAL ? bidirectional : unidirectional;
  }
}
