package dev.ahti.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.gauge.Level;
import dev.ahti.engine.testkit.Leftovers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The timers that belong to no actor, and what the gauge says of them. */
class SystemTimersTest {
  private static final Duration LATER = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ActorTestKit kit =
      ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load()));
  private final ManualTime time = ManualTime.get(kit.system());
  private final Ahti ahti = Ahti.get(kit.system());
  private final Level pending = ahti.gauges().level(Gauges.SCHEDULER_TIMERS);

  @AfterEach
  void end() {
    kit.shutdownTestKit();
  }

  @Test
  void aTimerIsCountedUntilItHasRun() throws Exception {
    CompletableFuture<Long> during = new CompletableFuture<>();
    ahti.after(LATER, () -> during.complete(pending.value()));
    assertEquals(1, pending.value());
    time.timePasses(LATER.minusMillis(1));
    assertFalse(during.isDone());
    time.timePasses(Duration.ofMillis(1));
    assertEquals(1, during.get(20, TimeUnit.SECONDS));
    Leftovers.awaitNone(kit.system(), PATIENCE);
  }

  @Test
  void aTimerIsCountedUntilItHasFailed() {
    ahti.after(
        LATER,
        () -> {
          throw new IllegalStateException("thrown by a test");
        });
    time.timePasses(LATER);
    Leftovers.awaitNone(kit.system(), PATIENCE);
  }

  @Test
  void aCancelledTimerIsCountedNoMoreAndOnce() {
    Cancellable kept = ahti.after(LATER, () -> {});
    Cancellable cancelled = ahti.after(LATER, () -> {});
    assertEquals(2, pending.value());
    assertTrue(cancelled.cancel());
    assertTrue(cancelled.isCancelled());
    assertFalse(cancelled.cancel());
    assertEquals(1, pending.value());
    assertFalse(kept.isCancelled());
    kept.cancel();
    assertEquals(0, pending.value());
  }

  @Test
  void aTimerThatHasRunCanNoLongerBeCancelled() {
    Cancellable timer = ahti.after(LATER, () -> {});
    time.timePasses(LATER);
    Leftovers.awaitNone(kit.system(), PATIENCE);
    assertFalse(timer.cancel());
    assertEquals(0, pending.value());
  }

  @Test
  void aTimerThatNobodyEndedIsSeenAsLeft() {
    Cancellable timer = ahti.after(LATER, () -> {});
    AssertionError left =
        assertThrows(
            AssertionError.class, () -> Leftovers.awaitNone(kit.system(), Duration.ofMillis(1)));
    assertTrue(left.getMessage().contains("scheduler.timers=1"), left.getMessage());
    timer.cancel();
    Leftovers.awaitNone(kit.system(), PATIENCE);
  }

  @Test
  void theEndOfTheActorSystemEndsItsTimers() throws Exception {
    ahti.after(LATER, () -> {});
    end();
    ahti.terminated().get(20, TimeUnit.SECONDS);
    assertEquals(0, pending.value());
    assertTrue(ahti.after(LATER, () -> {}).isCancelled());
    assertEquals(0, pending.value());
  }
}
