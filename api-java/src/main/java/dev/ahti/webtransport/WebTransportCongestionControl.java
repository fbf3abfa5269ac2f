package dev.ahti.webtransport;

/**
 * How a connection finds out how fast it may send. What the W3C text calls {@code throughput} is
 * {@link #CUBIC}, {@code low-latency} is {@link #BBR}.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#enumdef-webtransportcongestioncontrol">W3C</a>
 */
public enum WebTransportCongestionControl {
  /** NewReno (RFC 9002 section 7): the plainest. */
  RENO,

  /** CUBIC (RFC 9438): best for bulk data on clean paths. */
  CUBIC,

  /** BBR: goes by measured bandwidth and round-trip time, keeps queues on the path short. */
  BBR
}
