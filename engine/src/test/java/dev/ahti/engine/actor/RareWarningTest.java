package dev.ahti.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RareWarningTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @Test
  void oneInTenSecondsIsGivenAndTheOthersAreCounted() {
    // Near the end of the clock's range: only differences count.
    long start = Long.MAX_VALUE - SECOND;
    RareWarning warning = new RareWarning();
    assertTrue(warning.permits(start));
    assertEquals(0, warning.takeWithheld());
    for (int i = 0; i < 1000; i++) {
      assertFalse(warning.permits(start + 9 * SECOND));
    }
    assertTrue(warning.permits(start + 10 * SECOND));
    assertEquals(1000, warning.takeWithheld());
    assertEquals(0, warning.takeWithheld());
  }
}
