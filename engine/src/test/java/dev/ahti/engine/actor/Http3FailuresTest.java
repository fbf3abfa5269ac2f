package dev.ahti.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Level;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is remembered of servers that HTTP/3 does not get through to, how long and how many. */
class Http3FailuresTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final Level level = new GaugeRegistry().level("test");
  private final Http3Failures failures = new Http3Failures(2, Duration.ofMinutes(5), level);

  @Test
  void isForgottenAfterAWhile() {
    failures.failed("a", 1, 0);
    assertTrue(failures.contains("A", 1, 5 * MINUTE - 1));
    assertFalse(failures.contains("a", 2, 0), "another port is another server");
    assertFalse(failures.contains("a", 1, 5 * MINUTE));
    assertEquals(0, level.value());
  }

  @Test
  void isForgottenWhenItGetsThrough() {
    failures.failed("a", 1, 0);
    failures.succeeded("a", 1);
    assertFalse(failures.contains("a", 1, 0));
    assertEquals(0, level.value());
  }

  @Test
  void failingAgainWhileItIsRememberedDoesNotProlongTheMemory() {
    failures.failed("a", 1, 0);
    failures.failed("a", 1, 4 * MINUTE);
    assertEquals(1, level.value());
    assertFalse(failures.contains("a", 1, 8 * MINUTE));
    failures.failed("a", 1, 8 * MINUTE);
    assertTrue(failures.contains("a", 1, 12 * MINUTE));
  }

  @Test
  void theOldestIsForgottenForTheNewest() {
    failures.failed("a", 1, 0);
    failures.failed("b", 1, 1);
    failures.failed("c", 1, 3);
    assertFalse(failures.contains("a", 1, 3));
    assertTrue(failures.contains("b", 1, 3));
    assertTrue(failures.contains("c", 1, 3));
    assertEquals(2, level.value());
    failures.clear();
    assertEquals(0, level.value());
  }
}
