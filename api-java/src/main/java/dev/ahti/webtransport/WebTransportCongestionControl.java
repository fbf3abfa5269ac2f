package dev.ahti.webtransport;

/**
 * What a connection's congestion control is to be good at, when it sends.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#enumdef-webtransportcongestioncontrol">W3C
 *     WebTransport, section 6.9</a>
 */
public enum WebTransportCongestionControl {
  /** Nothing special: {@code ahti.netty.congestion-control}. */
  DEFAULT,

  /** Much data: {@link CongestionControlAlgorithm#CUBIC}. */
  THROUGHPUT,

  /** Little delay: {@link CongestionControlAlgorithm#BBR}, which keeps queues on the path short. */
  LOW_LATENCY
}
