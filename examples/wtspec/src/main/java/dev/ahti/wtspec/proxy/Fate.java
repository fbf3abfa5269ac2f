package dev.ahti.wtspec.proxy;

/**
 * What becomes of a packet.
 *
 * @param kind whether and why it is dropped
 * @param at when it arrives, in the link's nanoseconds; meaningless when dropped
 */
record Fate(Kind kind, long at) {

  /** The ways a packet can go. */
  enum Kind {
    /** It arrives. */
    FORWARDED,
    /** A black-out swallows it. */
    BLACKED_OUT,
    /** It is lost. */
    LOST,
    /** The queue of the limited rate, or the proxy itself, has no room. */
    QUEUE_FULL
  }

  static Fate dropped(Kind kind) {
    return new Fate(kind, 0);
  }
}
