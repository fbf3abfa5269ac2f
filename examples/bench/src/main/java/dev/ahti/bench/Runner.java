package dev.ahti.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Starts launches of every side and takes rounds in turn: A B A B. */
final class Runner {
  private final Plan plan;
  private final Progress progress;
  private final Results results = new Results();
  private final Map<String, JsonNode> settings = new LinkedHashMap<>();

  Runner(Plan plan, Progress progress) {
    this.plan = plan;
    this.progress = progress;
  }

  /** Runs the whole plan; a failure of any part is a {@link BenchException}. */
  Results run() throws InterruptedException {
    for (int launch = 0; launch < plan.launches(); launch++) {
      launch(launch);
    }
    return results;
  }

  /** The transport settings of each side, known after {@link #run}. */
  Map<String, JsonNode> settings() {
    return settings;
  }

  private void launch(int number) throws InterruptedException {
    Map<SideName, Pair> pairs = new EnumMap<>(SideName.class);
    try {
      for (SideName side : plan.sides()) {
        progress.note(side.label() + ": starting");
        Pair pair = Pair.start(side, plan);
        pairs.put(side, pair);
        settings.put(side.label(), pair.settings());
      }
      // Who goes first changes with the launch, or the one would always run on the warmer machine.
      List<SideName> order = new ArrayList<>(plan.sides());
      if (number % 2 == 1) {
        Collections.reverse(order);
      }
      for (Workload workload : plan.workloads()) {
        measure(workload, order, pairs);
      }
      for (SideName side : order) {
        progress.note(side.label() + ": closing");
        pair(pairs, side).leave();
      }
    } finally {
      pairs.values().forEach(Pair::close);
    }
  }

  private void measure(Workload workload, List<SideName> order, Map<SideName, Pair> pairs)
      throws InterruptedException {
    Effort effort = workload.effort(plan.quick());
    Map<SideName, List<Round>> taken = new EnumMap<>(SideName.class);
    for (SideName side : order) {
      taken.put(side, new ArrayList<>());
      pair(pairs, side).begin(workload);
    }
    for (int round = -effort.warmUpRounds(); round < plan.rounds(); round++) {
      for (SideName side : order) {
        progress.note(workload.label() + " " + side.label() + (round < 0 ? " warm-up" : ""));
        Round outcome = pair(pairs, side).round(effort.amount());
        if (round >= 0) {
          taken.getOrDefault(side, List.of()).add(outcome);
        }
        progress.step();
      }
    }
    for (SideName side : order) {
      pair(pairs, side).end();
      results.add(workload, side, taken.getOrDefault(side, List.of()));
    }
  }

  private static Pair pair(Map<SideName, Pair> pairs, SideName side) {
    Pair pair = pairs.get(side);
    if (pair == null) {
      throw new IllegalStateException("no pair for " + side);
    }
    return pair;
  }
}
