package dev.ahti.engine.dialect;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.wire.FinOrder;
import dev.ahti.engine.wire.StreamCapsuleDecoder;
import java.util.Set;

/**
 * All that differs between peers over HTTP/2, which speak draft-ietf-webtrans-http2-15 or something
 * older that the wire does not tell from it. Immutable.
 *
 * @param finOrder which type of WT_STREAM ends a stream, both ways
 * @param tolerated in which ways the peer may deviate
 */
public record Http2Dialect(FinOrder finOrder, Set<Http2Quirk> tolerated) {
  /** By the letter of draft 15. */
  public static final Http2Dialect DRAFT_15 = new Http2Dialect(FinOrder.DRAFT_15, Set.of());

  /** Copies the set. */
  public Http2Dialect {
    requireNonNull(finOrder, "finOrder");
    tolerated = Set.copyOf(tolerated);
  }

  /** How the peer's capsules are to be read. */
  public StreamCapsuleDecoder.Reading reading() {
    return new StreamCapsuleDecoder.Reading(
        finOrder,
        tolerates(Http2Quirk.SHIFTED_SESSION_CAPSULES),
        tolerates(Http2Quirk.RESETS_WITHOUT_SIZE));
  }

  /** Whether the peer may deviate in this way. */
  public boolean tolerates(Http2Quirk quirk) {
    return tolerated.contains(quirk);
  }
}
