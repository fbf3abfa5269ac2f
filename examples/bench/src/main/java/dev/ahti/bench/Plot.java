package dev.ahti.bench;

import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** The rounds of each side as bars in plain text, so that one sees how they scatter. */
final class Plot {
  /** Characters of the longest bar. */
  static final int WIDTH = 40;

  private Plot() {}

  /** A bar a round, in their order, from zero to the largest round of any side. */
  static String of(Plan plan, Results results) {
    StringBuilder plot = new StringBuilder();
    for (Workload workload : plan.workloads()) {
      double most = 0;
      for (SideName side : plan.sides()) {
        most = Math.max(most, Collections.max(results.values(workload, side)));
      }
      plot.append(String.format(Locale.ROOT, "%n%s, %s%n", workload.label(), workload.unit()));
      for (SideName side : plan.sides()) {
        bars(plot, side, results.values(workload, side), most);
      }
    }
    return plot.toString();
  }

  private static void bars(StringBuilder plot, SideName side, List<Double> rounds, double most) {
    String name = side.label();
    for (double round : rounds) {
      int length = most > 0 ? (int) Math.round(round / most * WIDTH) : 0;
      plot.append(
          String.format(Locale.ROOT, "  %-24s %s %,.1f%n", name, "#".repeat(length), round));
      name = "";
    }
  }
}
