package dev.ahti.engine.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.japi.Pair;
import org.junit.jupiter.api.Test;

/** RFC 8305 5: attempts begin one after the other, the first success counts. */
class RaceTest {
  private static final Duration STAGGER = Duration.ofMillis(250);

  private final List<CompletableFuture<String>> begun = new ArrayList<>();
  private final List<Pair<Duration, Runnable>> timers = new ArrayList<>();
  private final List<String> givenBack = new ArrayList<>();

  private CompletableFuture<String> race(int attempts) {
    List<Supplier<CompletionStage<String>>> all = new ArrayList<>();
    for (int i = 0; i < attempts; i++) {
      all.add(
          () -> {
            CompletableFuture<String> one = new CompletableFuture<>();
            begun.add(one);
            return one;
          });
    }
    return Race.run(
        all,
        STAGGER,
        (delay, task) -> {
          Pair<Duration, Runnable> timer = Pair.create(delay, task);
          timers.add(timer);
          return () -> timers.remove(timer);
        },
        givenBack::add,
        failures ->
            new IllegalStateException(
                String.join("; ", failures.stream().map(Throwable::getMessage).toList())));
  }

  private void fire() {
    timers.remove(0).second().run();
  }

  private static Exception failure(String why) {
    return new Exception(why);
  }

  @Test
  void theNextBeginsAWhileAfterTheOneBefore() {
    CompletableFuture<String> result = race(3);
    assertEquals(1, begun.size());
    assertEquals(STAGGER, timers.get(0).first());
    fire();
    assertEquals(2, begun.size());
    fire();
    assertEquals(3, begun.size());
    assertTrue(timers.isEmpty(), "nothing is left to begin");
    assertFalse(result.isDone());
  }

  @Test
  void theNextBeginsAtOnceWhenAllBeforeHaveFailed() {
    race(3);
    begun.get(0).completeExceptionally(failure("a"));
    assertEquals(2, begun.size());
    assertEquals(1, timers.size(), "one timer at a time");
    fire();
    begun.get(1).completeExceptionally(failure("b"));
    assertEquals(3, begun.size());
  }

  @Test
  void oneOfSeveralThatFailsHurriesNobody() {
    race(3);
    fire();
    begun.get(0).completeExceptionally(failure("a"));
    assertEquals(2, begun.size(), "the second still runs");
    assertEquals(1, timers.size());
  }

  @Test
  void theFirstSuccessCountsAndTheOthersAreCancelled() {
    CompletableFuture<String> result = race(3);
    fire();
    begun.get(1).complete("second");
    assertEquals("second", result.join());
    assertTrue(begun.get(0).isCancelled());
    assertTrue(timers.isEmpty());
    assertEquals(2, begun.size());
  }

  @Test
  void whatComesTooLateIsGivenBack() {
    CompletableFuture<String> first = new CompletableFuture<>();
    CompletableFuture<String> result =
        twoAttempts(
            () -> first,
            () -> {
              first.complete("first");
              return CompletableFuture.completedFuture("second");
            });
    fire();
    assertEquals("first", result.join());
    assertEquals(List.of("second"), givenBack);
  }

  @Test
  void oneThatThrowsHasFailed() {
    CompletableFuture<String> second = new CompletableFuture<>();
    CompletableFuture<String> result =
        twoAttempts(
            () -> {
              throw new IllegalStateException("cannot begin");
            },
            () -> second);
    second.complete("second");
    assertEquals("second", result.join());
  }

  @Test
  void oneThatBeginsWhileAnotherWinsIsCancelled() {
    CompletableFuture<String> first = new CompletableFuture<>();
    CompletableFuture<String> second = new CompletableFuture<>();
    twoAttempts(
        () -> first,
        () -> {
          first.complete("first");
          return second;
        });
    fire();
    assertTrue(second.isCancelled());
  }

  private CompletableFuture<String> twoAttempts(
      Supplier<CompletionStage<String>> first, Supplier<CompletionStage<String>> second) {
    return Race.run(
        List.of(first, second),
        STAGGER,
        (delay, task) -> {
          timers.add(Pair.create(delay, task));
          return () -> {};
        },
        givenBack::add,
        failures -> failures.get(0));
  }

  @Test
  void whenAllHaveFailedItFailsWithWhatTheySaid() {
    CompletableFuture<String> result = race(2);
    begun.get(0).completeExceptionally(failure("a"));
    begun.get(1).completeExceptionally(failure("b"));
    CompletionException failed = assertThrows(CompletionException.class, result::join);
    assertEquals("a; b", failed.getCause().getMessage());
    assertTrue(timers.isEmpty());
  }

  @Test
  void cancellingCancelsAllAndBeginsNothingMore() {
    CompletableFuture<String> result = race(3);
    fire();
    result.cancel(false);
    assertTrue(begun.get(0).isCancelled());
    assertTrue(begun.get(1).isCancelled());
    assertTrue(timers.isEmpty());
    assertEquals(2, begun.size());
  }

  @Test
  void oneAttemptNeedsNoTimer() {
    CompletableFuture<String> result = race(1);
    assertTrue(timers.isEmpty());
    begun.get(0).complete("only");
    assertEquals("only", result.join());
  }
}
