package dev.ahti.engine.spi;

/** How a connection finds out how fast it may send (RFC 9002 section 7). */
public enum CongestionControl {
  /** NewReno: halves at a loss; the plainest, as RFC 9002 describes it. */
  RENO,

  /** CUBIC (RFC 9438): what the kernel's TCP uses; best for bulk data on clean paths. */
  CUBIC,

  /** BBR: goes by measured bandwidth and round-trip time, keeps queues on the path short. */
  BBR
}
