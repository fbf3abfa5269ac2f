package dev.ahti.engine.schedule;

/** What became of a datagram that was queued. */
public enum DatagramOutcome {
  /** It left the queue: it was handed to the transport, or to the consumer. */
  SENT,

  /** It waited for longer than it may. */
  EXPIRED,

  /** It is longer than the path takes. */
  TOO_LARGE,

  /** It made room for another, was replaced, came last where all others stay, or met the end. */
  DROPPED
}
