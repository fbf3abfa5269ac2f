package dev.ahti.engine.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class VirtualLoopTest {
  private final List<String> ran = new ArrayList<>();
  private final VirtualLoop loop = VirtualLoop.manual();

  @Test
  void runsNothingByItself() {
    loop.execute(() -> ran.add("task"));
    assertEquals(List.of(), ran);
    assertEquals(1, loop.waiting());
    assertEquals(1, loop.runUntilIdle());
    assertEquals(List.of("task"), ran);
    assertEquals(0, loop.waiting());
  }

  @Test
  void runsTasksInTheOrderOfTheCallsIncludingThoseOfTasks() {
    loop.execute(
        () -> {
          ran.add("a");
          loop.execute(() -> ran.add("c"));
        });
    loop.execute(() -> ran.add("b"));
    loop.runUntilIdle();
    assertEquals(List.of("a", "b", "c"), ran);
  }

  @Test
  void runsTimersInTheOrderOfTheirTimesAndThenOfTheCalls() {
    loop.schedule(Duration.ofMillis(20), () -> ran.add("20 " + loop.nanoTime()));
    loop.schedule(Duration.ofMillis(10), () -> ran.add("10 " + loop.nanoTime()));
    loop.schedule(Duration.ofMillis(10), () -> ran.add("10 again"));
    loop.runUntilIdle();
    assertEquals(List.of(), ran);
    loop.advance(Duration.ofMillis(19));
    assertEquals(List.of("10 10000000", "10 again"), ran);
    loop.advance(Duration.ofMillis(1));
    assertEquals("20 20000000", ran.get(2));
    assertEquals(Duration.ofMillis(20).toNanos(), loop.nanoTime());
  }

  @Test
  void runsTimersThatTimersSetOnTheWay() {
    loop.schedule(
        Duration.ofMillis(1),
        () -> loop.schedule(Duration.ofMillis(1), () -> ran.add("at " + loop.nanoTime())));
    loop.advance(Duration.ofMillis(5));
    assertEquals(List.of("at 2000000"), ran);
  }

  @Test
  void goesOnAfterATaskThatThrows() {
    loop.execute(
        () -> {
          throw new IllegalStateException("expected by VirtualLoopTest");
        });
    loop.execute(() -> ran.add("next"));
    loop.runUntilIdle();
    assertEquals(List.of("next"), ran);
  }

  @Test
  void isTheLoopOnlyWhileItRuns() {
    assertFalse(loop.inLoop());
    loop.execute(() -> ran.add("in loop: " + loop.inLoop()));
    loop.runUntilIdle();
    assertEquals(List.of("in loop: true"), ran);
    assertFalse(loop.inLoop());
  }

  @Test
  void isNotRunByItsOwnTasks() {
    loop.execute(
        () ->
            ran.add(
                assertThrows(IllegalStateException.class, loop::runUntilIdle)
                    .getMessage()
                    .replaceAll(" by .*", "")));
    loop.runUntilIdle();
    assertEquals(List.of("the loop is being run"), ran);
  }

  @Test
  void refusesTasksAfterItsShutdown() {
    loop.execute(() -> ran.add("before"));
    loop.schedule(Duration.ofMillis(1), () -> ran.add("timer"));
    loop.shutdown();
    assertThrows(RejectedExecutionException.class, () -> loop.execute(() -> ran.add("after")));
    assertFalse(loop.isTerminated());
    loop.advance(Duration.ofMillis(2));
    assertEquals(List.of("before"), ran);
    assertTrue(loop.isTerminated());
  }

  @Test
  void refusesTasksBeyondItsBound() {
    for (int i = 0; i < VirtualLoop.MAX_WAITING; i++) {
      loop.execute(() -> {});
    }
    assertThrows(RejectedExecutionException.class, () -> loop.execute(() -> {}));
    loop.runUntilIdle();
    loop.execute(() -> {});
  }

  @Test
  void runsByItselfInRunningModeUntilItsShutdown() throws Exception {
    VirtualLoop running = VirtualLoop.running("virtual-loop-test");
    CompletableFuture<String> name = new CompletableFuture<>();
    long start = running.nanoTime();
    running.schedule(
        Duration.ofMillis(5),
        () -> name.complete(Thread.currentThread().getName() + " " + running.inLoop()));
    assertEquals("virtual-loop-test true", name.get(20, TimeUnit.SECONDS));
    assertTrue(running.nanoTime() - start >= Duration.ofMillis(5).toNanos());
    assertThrows(IllegalStateException.class, running::runUntilIdle);
    running.shutdown();
    assertTrue(running.awaitTermination(20, TimeUnit.SECONDS));
  }

  @Test
  void jumpsFromTimerToTimerOnceItIsReleased() throws Exception {
    CompletableFuture<Long> time = new CompletableFuture<>();
    loop.schedule(
        Duration.ofHours(1),
        () -> loop.schedule(Duration.ofHours(1), () -> time.complete(loop.nanoTime())));
    loop.release("released");
    assertEquals(Duration.ofHours(2).toNanos(), time.get(20, TimeUnit.SECONDS));
    assertThrows(IllegalStateException.class, loop::runUntilIdle);
    loop.shutdown();
    assertTrue(loop.awaitTermination(20, TimeUnit.SECONDS));
  }
}
