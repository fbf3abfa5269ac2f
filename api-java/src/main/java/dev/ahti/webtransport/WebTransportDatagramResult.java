package dev.ahti.webtransport;

/**
 * What became of a datagram on this side. Whether it arrives is not known for any of them.
 *
 * @see WebTransportDatagramsWriter#send
 */
public enum WebTransportDatagramResult {
  /** It was handed to the transport. */
  SENT,

  /** It waited for longer than {@link WebTransportDatagramDuplexStream#outgoingMaxAge()}. */
  EXPIRED,

  /** It is longer than {@link WebTransportDatagramDuplexStream#maxDatagramSize()}. */
  TOO_LARGE,

  /** It made room for another one, was replaced by one of its key, or met the session's end. */
  DROPPED
}
