package dev.ahti.webtransport;

/**
 * Whether a session's connection has unreliable transport.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#enumdef-webtransportreliabilitymode">W3C
 *     WebTransport, section 6</a>
 */
public enum WebTransportReliabilityMode {
  /** No connection yet, or none that worked. */
  PENDING,

  /** Only reliable transport, over TCP: datagrams are not lost, and wait for each other. */
  RELIABLE_ONLY,

  /** QUIC: streams do not wait for each other, and datagrams for nothing. */
  SUPPORTS_UNRELIABLE
}
