package dev.ahti.webtransport.impl;

import dev.ahti.engine.spi.CongestionControl;
import dev.ahti.webtransport.CongestionControlAlgorithm;
import dev.ahti.webtransport.WebTransportCongestionControl;
import dev.ahti.webtransport.WebTransportOptions;
import java.util.Optional;
import org.apache.pekko.annotation.InternalApi;

/** What a wish for congestion control comes to. */
@InternalApi
public final class CongestionControls {
  private CongestionControls() {}

  /** What to ask the transport for: the algorithm, else what serves the wish. */
  public static Optional<CongestionControl> of(
      Optional<CongestionControlAlgorithm> algorithm, WebTransportCongestionControl wish) {
    return algorithm.isPresent()
        ? algorithm.map(chosen -> CongestionControl.valueOf(chosen.name()))
        : serving(wish);
  }

  static Optional<CongestionControl> of(WebTransportOptions options) {
    return of(options.congestionControlAlgorithm(), options.congestionControl());
  }

  /** The wish if the algorithm in use serves it; nothing special if not, or if nobody knows. */
  static WebTransportCongestionControl met(
      WebTransportCongestionControl wish, Optional<CongestionControl> used) {
    return serving(wish).equals(used) ? wish : WebTransportCongestionControl.DEFAULT;
  }

  private static Optional<CongestionControl> serving(WebTransportCongestionControl wish) {
    return switch (wish) {
      case DEFAULT -> Optional.empty();
      case THROUGHPUT -> Optional.of(CongestionControl.CUBIC);
      case LOW_LATENCY -> Optional.of(CongestionControl.BBR);
    };
  }
}
