package dev.ahti.engine.wire;

/**
 * Which of the two types of WT_STREAM says that the stream ends.
 *
 * <p>Up to draft 14 the text contradicts itself: the least significant bit is the FIN bit, and the
 * terminal capsule is the one without it. Draft 15 keeps the bit (draft-ietf-webtrans-http2-15
 * 6.4); programs that were written before took the other sentence. Nothing on the wire tells them
 * apart.
 */
public enum FinOrder {
  /** 0x190b4d3b, the odd one, ends the stream: draft 15. */
  DRAFT_15(CapsuleType.WT_STREAM_FIN, CapsuleType.WT_STREAM),
  /** 0x190b4d3c, the even one, ends the stream: what was written after drafts up to 14. */
  LEGACY(CapsuleType.WT_STREAM, CapsuleType.WT_STREAM_FIN);

  private final long ending;
  private final long going;

  FinOrder(long ending, long going) {
    this.ending = ending;
    this.going = going;
  }

  /** The type of a WT_STREAM capsule. */
  public long type(boolean fin) {
    return fin ? ending : going;
  }

  /** Whether a WT_STREAM capsule of this type ends its stream. */
  boolean isFin(long type) {
    return type == ending;
  }
}
