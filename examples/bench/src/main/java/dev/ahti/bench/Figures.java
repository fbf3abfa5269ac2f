package dev.ahti.bench;

import java.util.List;

/** Medians. */
final class Figures {
  private Figures() {}

  /** The middle value, or the mean of the two middle ones; at least one value is needed. */
  static double median(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("a median of nothing");
    }
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
