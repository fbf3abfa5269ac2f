package dev.ahti.bench;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What a run does.
 *
 * @param workloads in order
 * @param sides who is measured, ours first
 * @param rounds counted rounds of a launch
 * @param launches how often each side's two JVMs are started anew
 * @param quick small amounts that show that it works, and measure nothing
 * @param verbose whether children write to our stderr
 * @param roundDeadline how long a round may take before the run fails
 * @param jvmArguments more arguments for every child
 * @param ended whether the run is to end now; asked several times a second
 */
record Plan(
    List<Workload> workloads,
    List<SideName> sides,
    int rounds,
    int launches,
    boolean quick,
    boolean verbose,
    Duration roundDeadline,
    List<String> jvmArguments,
    BooleanSupplier ended) {

  Plan {
    workloads = List.copyOf(workloads);
    sides = List.copyOf(sides);
    jvmArguments = List.copyOf(jvmArguments);
  }

  /** How many rounds there are in all, warm-up included. */
  int steps() {
    int rounds =
        workloads.stream()
            .mapToInt(workload -> workload.effort(quick).warmUpRounds() + rounds())
            .sum();
    return rounds * sides.size() * launches;
  }
}
