package dev.ahti.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlotTest {
  @Test
  void drawsABarForEachRoundFromZeroToTheLargestOfAnySide() {
    Plan plan =
        new Plan(
            List.of(Workload.RTT),
            List.of(SideName.AHTI, SideName.RAW),
            2,
            1,
            true,
            false,
            Duration.ofSeconds(1),
            List.of(),
            () -> false);
    Results results = new Results();
    results.add(Workload.RTT, SideName.AHTI, List.of(new Round(20, 0), new Round(10.1, 0)));
    results.add(Workload.RTT, SideName.RAW, List.of(new Round(5, 0), new Round(0, 0)));

    List<String> lines = Plot.of(plan, results).lines().toList();

    assertEquals(
        List.of(
            "",
            "rtt, " + Workload.RTT.unit(),
            "  ahti                     " + "#".repeat(40) + " 20.0",
            "                           " + "#".repeat(20) + " 10.1",
            "  raw                      " + "#".repeat(10) + " 5.0",
            "                            0.0"),
        lines);
  }
}
