package dev.ahti.webtransport;

/**
 * What {@link WebTransportDatagramDuplexStream#readable()} is made of. The W3C text's enum has one
 * value, {@code "bytes"}; its absence is {@link #DEFAULT} here.
 *
 * @see <a href="https://streams.spec.whatwg.org/#enumdef-readablestreamtype">Streams standard</a>
 */
public enum ReadableStreamType {
  /** Datagrams, whole, the empty ones among them. */
  DEFAULT,

  /** Bytes: an empty datagram cannot be told in them, and is dropped. */
  BYTES
}
