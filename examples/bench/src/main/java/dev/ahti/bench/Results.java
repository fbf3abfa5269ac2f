package dev.ahti.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All rounds of a run, by workload, side and launch. Filled by one thread. */
final class Results {
  private record Key(Workload workload, SideName side) {}

  private final Map<Key, List<List<Round>>> rounds = new LinkedHashMap<>();

  /** Takes the rounds of one launch. */
  void add(Workload workload, SideName side, List<Round> launch) {
    rounds.computeIfAbsent(new Key(workload, side), key -> new ArrayList<>()).add(launch);
  }

  /** Every round's figure, launches one after the other. */
  List<Double> values(Workload workload, SideName side) {
    return launches(workload, side).stream().flatMap(List::stream).map(Round::value).toList();
  }

  /** Datagrams lost in all rounds. */
  long lost(Workload workload, SideName side) {
    return launches(workload, side).stream().flatMap(List::stream).mapToLong(Round::lost).sum();
  }

  /**
   * The median over launches of each launch's median: launches differ more than the rounds of one,
   * so a launch counts once.
   */
  double median(Workload workload, SideName side) {
    return Figures.median(medians(workload, side));
  }

  /** Ours divided by the other's, one ratio a launch pair. */
  List<Double> ratios(Workload workload, SideName side, SideName base) {
    List<Double> ours = medians(workload, side);
    List<Double> others = medians(workload, base);
    List<Double> ratios = new ArrayList<>();
    for (int launch = 0; launch < Math.min(ours.size(), others.size()); launch++) {
      ratios.add(ours.get(launch) / others.get(launch));
    }
    return ratios;
  }

  private List<Double> medians(Workload workload, SideName side) {
    return launches(workload, side).stream()
        .map(launch -> Figures.median(launch.stream().map(Round::value).toList()))
        .toList();
  }

  private List<List<Round>> launches(Workload workload, SideName side) {
    return rounds.getOrDefault(new Key(workload, side), List.of());
  }
}
