package dev.ahti.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ResultsTest {
  @Test
  void countsALaunchOnceHoweverManyRoundsItHas() {
    Results results = new Results();
    results.add(Workload.RTT, SideName.RAW, launch(1, 1, 1, 1, 1));
    results.add(Workload.RTT, SideName.RAW, launch(3));
    results.add(Workload.RTT, SideName.RAW, launch(5));
    assertEquals(3, results.median(Workload.RTT, SideName.RAW));
    assertEquals(
        List.of(1.0, 1.0, 1.0, 1.0, 1.0, 3.0, 5.0), results.values(Workload.RTT, SideName.RAW));
  }

  @Test
  void comparesSidesWithinALaunchOnly() {
    Results results = new Results();
    results.add(Workload.STREAMS, SideName.AHTI, launch(50, 60, 70));
    results.add(Workload.STREAMS, SideName.RAW, launch(100, 120, 140));
    results.add(Workload.STREAMS, SideName.AHTI, launch(10));
    results.add(Workload.STREAMS, SideName.RAW, launch(5));
    assertEquals(List.of(0.5, 2.0), results.ratios(Workload.STREAMS, SideName.AHTI, SideName.RAW));
  }

  @Test
  void takesTheMeanOfTheTwoMiddleValues() {
    assertEquals(2.5, Figures.median(List.of(4.0, 1.0, 2.0, 3.0)));
    assertEquals(2.0, Figures.median(List.of(9.0, 1.0, 2.0)));
  }

  private static List<Round> launch(double... values) {
    return DoubleStream.of(values).mapToObj(value -> new Round(value, 0)).toList();
  }
}
