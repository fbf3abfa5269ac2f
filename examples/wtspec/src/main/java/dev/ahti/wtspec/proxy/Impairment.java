package dev.ahti.wtspec.proxy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What happens to packets in one direction. Immutable; start from {@link #NONE}.
 *
 * <p>In this order: a black-out swallows a packet, then loss may, then the queue of a limited rate
 * may be full, and what is left arrives after the delay.
 *
 * @param loss which packets are lost
 * @param rate what the link carries; empty for no limit
 * @param delay how long each packet travels
 * @param blackOuts when nothing passes
 */
public record Impairment(Loss loss, Optional<Rate> rate, Duration delay, List<BlackOut> blackOuts) {

  /** A perfect network. */
  public static final Impairment NONE =
      new Impairment(Loss.NONE, Optional.empty(), Duration.ZERO, List.of());

  public Impairment {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay: " + delay + " (expected: not negative)");
    }
    blackOuts = List.copyOf(blackOuts);
  }

  /** With this share of packets lost, in bursts of this mean length. */
  public Impairment withLoss(double share, double burst) {
    return new Impairment(new Loss(share, burst), rate, delay, blackOuts);
  }

  /** With a limited rate and a queue of so many packets before it. */
  public Impairment withRate(long bytesPerSecond, int queuePackets) {
    return new Impairment(
        loss, Optional.of(new Rate(bytesPerSecond, queuePackets)), delay, blackOuts);
  }

  /** With this delay, one way. */
  public Impairment withDelay(Duration oneWay) {
    return new Impairment(loss, rate, oneWay, blackOuts);
  }

  /** With one more black-out. */
  public Impairment withBlackOut(BlackOut blackOut) {
    List<BlackOut> more = new ArrayList<>(blackOuts);
    more.add(blackOut);
    return new Impairment(loss, rate, delay, more);
  }
}
