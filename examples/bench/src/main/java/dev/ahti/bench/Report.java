package dev.ahti.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A run's outcome for people (a table) and for machines (JSON lines). */
final class Report {
  private static final String ROW = "%-14s %-24s %12s %12s %12s  %-10s %8s %s%n";

  private final Plan plan;
  private final Results results;
  private final Map<String, JsonNode> settings;

  Report(Plan plan, Results results, Map<String, JsonNode> settings) {
    this.plan = plan;
    this.results = results;
    this.settings = settings;
  }

  /** One object for each workload and side; each says where and with what it was measured. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    Map<String, Object> context = Machine.describe(plan, settings);
    for (Workload workload : plan.workloads()) {
      for (SideName side : plan.sides()) {
        Map<String, Object> result = result(workload, side);
        result.put("context", context);
        lines.add(Json.line(result));
      }
    }
    return lines;
  }

  /** The table. */
  String table() {
    StringBuilder table = new StringBuilder();
    table.append(
        row("workload", "side", "median", "min", "max", "unit", "ratio", "  (range of launches)"));
    for (Workload workload : plan.workloads()) {
      for (SideName side : plan.sides()) {
        table.append(row(workload, side));
      }
    }
    return table.toString();
  }

  /** The rounds as bars, below the table. */
  String plot() {
    return Plot.of(plan, results);
  }

  private Map<String, Object> result(Workload workload, SideName side) {
    List<Double> values = results.values(workload, side);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("workload", workload.label());
    result.put("side", side.label());
    result.put("unit", workload.unit());
    result.put("median", Json.rounded(results.median(workload, side)));
    result.put("min", Json.rounded(Collections.min(values)));
    result.put("max", Json.rounded(Collections.max(values)));
    result.put("rounds", rounded(values));
    if (plan.sides().contains(SideName.RAW)) {
      List<Double> ratios = results.ratios(workload, side, SideName.RAW);
      result.put("ratioToRaw", Json.rounded(Figures.median(ratios)));
      result.put("launchRatios", rounded(ratios));
    }
    if (workload.label().startsWith("datagrams")) {
      result.put("lost", results.lost(workload, side));
    }
    return result;
  }

  private static List<Double> rounded(List<Double> figures) {
    return figures.stream().map(Json::rounded).toList();
  }

  private String row(Workload workload, SideName side) {
    List<Double> values = results.values(workload, side);
    String ratio = "";
    String range = "";
    if (side != SideName.RAW && plan.sides().contains(SideName.RAW)) {
      List<Double> ratios = results.ratios(workload, side, SideName.RAW);
      ratio = String.format(Locale.ROOT, "%.2f", Figures.median(ratios));
      range =
          String.format(
              Locale.ROOT, "  (%.2f-%.2f)", Collections.min(ratios), Collections.max(ratios));
    }
    long lost = results.lost(workload, side);
    return row(
        workload.label(),
        side.label(),
        number(results.median(workload, side)),
        number(Collections.min(values)),
        number(Collections.max(values)),
        workload.unit(),
        ratio,
        lost == 0 ? range : range + "  lost " + lost);
  }

  private static String row(String... cells) {
    return String.format(Locale.ROOT, ROW, (Object[]) cells);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 1_000 ? "%.1f" : "%,.0f", value);
  }
}
