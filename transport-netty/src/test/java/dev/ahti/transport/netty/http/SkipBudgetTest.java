package dev.ahti.transport.netty.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SkipBudgetTest {
  private static final long SECOND = 1_000_000_000L;

  private final GaugeRegistry gauges = new GaugeRegistry();
  private final SkipBudget budget =
      new SkipBudget(
          100, Duration.ofSeconds(10), gauges.counter(Gauges.FRAMES_SKIPPED_BYTES), -SECOND);

  @Test
  void lastsForItsWindow() {
    assertTrue(budget.spend(60, 0));
    assertTrue(budget.spend(40, SECOND));
    assertFalse(budget.spend(1, 2 * SECOND));
  }

  @Test
  void isWholeAgainAfterItsWindow() {
    assertTrue(budget.spend(100, 0));
    assertTrue(budget.spend(100, 9 * SECOND));
    assertFalse(budget.spend(100, 10 * SECOND));
  }

  @Test
  void countsWhatWasSkipped() {
    budget.spend(60, 0);
    budget.spend(60, 0);
    assertEquals(120, gauges.snapshot().get(Gauges.FRAMES_SKIPPED_BYTES));
  }
}
