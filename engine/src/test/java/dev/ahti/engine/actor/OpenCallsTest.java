package dev.ahti.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class OpenCallsTest {
  private final Level level = new GaugeRegistry().level("calls");
  private final OpenCalls calls = new OpenCalls("the.limit", 2, level);

  @Test
  void refusesTheOneTooMany() {
    calls.add();
    calls.add();
    assertEquals("calls in progress: 2 (the limit, the.limit)", failure(calls.add()));
  }

  @Test
  void takesAnotherCallWhenOneIsAnswered() {
    CompletableFuture<String> first = calls.add();
    calls.add();
    first.complete("done");
    assertFalse(calls.add().isDone());
  }

  @Test
  void countsTheCallsThatAreOpen() {
    CompletableFuture<String> first = calls.add();
    calls.add();
    calls.add();
    assertEquals(2, level.value());
    first.complete("done");
    first.cancel(false);
    assertEquals(1, level.value());
    calls.end("over");
    calls.add();
    assertEquals(0, level.value());
  }

  @Test
  void failsEveryCallAtItsEnd() {
    CompletableFuture<String> open = calls.add();
    calls.end("over");
    assertEquals("over", failure(open));
    assertEquals("over", failure(calls.add()));
  }

  private static String failure(CompletableFuture<?> call) {
    return assertThrows(CompletionException.class, call::join).getCause().getMessage();
  }
}
