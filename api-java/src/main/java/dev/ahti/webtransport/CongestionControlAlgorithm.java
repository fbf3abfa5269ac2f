package dev.ahti.webtransport;

/**
 * How a connection finds out how fast it may send. The W3C text knows wishes instead: see {@link
 * WebTransportCongestionControl}.
 */
public enum CongestionControlAlgorithm {
  /** NewReno (RFC 9002 section 7): the plainest. */
  RENO,

  /** CUBIC (RFC 9438): best for bulk data on clean paths. */
  CUBIC,

  /** BBR: goes by measured bandwidth and round-trip time, keeps queues on the path short. */
  BBR
}
