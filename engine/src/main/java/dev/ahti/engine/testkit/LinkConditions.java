package dev.ahti.engine.testkit;

import java.time.Duration;

/**
 * How a link treats what it carries. Streams are reliable and ordered, as QUIC makes them: only the
 * latency reaches them. Datagrams get all of it, decided by the network's seeded random numbers.
 *
 * @param latency one way
 * @param loss part of the datagrams that never arrive, 0 to 1
 * @param duplication part of the datagrams that arrive twice, 0 to 1
 * @param reordering part of the datagrams that arrive later by {@code reorderDelay}, 0 to 1
 * @param reorderDelay by how much
 */
public record LinkConditions(
    Duration latency, double loss, double duplication, double reordering, Duration reorderDelay) {

  /** No delay, nothing lost. */
  public static final LinkConditions PERFECT =
      new LinkConditions(Duration.ZERO, 0, 0, 0, Duration.ZERO);

  /** Checks the ranges. */
  public LinkConditions {
    part("loss", loss);
    part("duplication", duplication);
    part("reordering", reordering);
    if (latency.isNegative() || reorderDelay.isNegative()) {
      throw new IllegalArgumentException(
          "latency: " + latency + ", reorderDelay: " + reorderDelay + " (expected: >= 0)");
    }
  }

  /** With another latency, one way. */
  public LinkConditions withLatency(Duration oneWay) {
    return new LinkConditions(oneWay, loss, duplication, reordering, reorderDelay);
  }

  /** With another part of lost datagrams. */
  public LinkConditions withLoss(double part) {
    return new LinkConditions(latency, part, duplication, reordering, reorderDelay);
  }

  /** With another part of duplicated datagrams. */
  public LinkConditions withDuplication(double part) {
    return new LinkConditions(latency, loss, part, reordering, reorderDelay);
  }

  /** With another part of datagrams that come late, and by how much. */
  public LinkConditions withReordering(double part, Duration by) {
    return new LinkConditions(latency, loss, duplication, part, by);
  }

  private static void part(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 0 to 1)");
    }
  }
}
