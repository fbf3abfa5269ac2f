package dev.ahti.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What is given to everybody, nobody can end for the others. */
class SharedFutureTest {
  private final CompletableFuture<String> source = new CompletableFuture<>();
  private final SharedFuture<String> shared = SharedFuture.of(source);

  @Test
  void completesAsItsSourceDoes() throws Exception {
    assertFalse(shared.isDone());
    source.complete("done");
    assertEquals("done", shared.get());
  }

  @Test
  void failsAsItsSourceDoes() {
    RuntimeException why = new IllegalStateException("why");
    SharedFuture<String> derived = SharedFuture.of(source.thenApply(text -> text + "!"));
    source.completeExceptionally(why);
    for (SharedFuture<String> each : List.of(shared, derived)) {
      assertSame(why, assertThrows(ExecutionException.class, each::get).getCause());
      assertSame(why, assertThrows(CompletionException.class, each::join).getCause());
    }
  }

  @Test
  void isCompletedByNobodyElse() {
    CompletionStage<String> given = shared;
    CompletableFuture<String> theirs = given.toCompletableFuture();
    assertFalse(theirs.complete("by somebody"));
    assertFalse(theirs.completeExceptionally(new IllegalStateException()));
    assertFalse(theirs.cancel(true));
    assertThrows(UnsupportedOperationException.class, () -> theirs.obtrudeValue("by somebody"));
    assertThrows(
        UnsupportedOperationException.class,
        () -> theirs.obtrudeException(new IllegalStateException()));
    assertFalse(shared.isDone());
    assertFalse(source.isDone());
  }

  @Test
  void timeOutsAndValuesOfOneHolderAreItsOwn() throws Exception {
    CompletableFuture<String> late = shared.orTimeout(1, TimeUnit.MILLISECONDS);
    assertTrue(
        assertThrows(ExecutionException.class, () -> late.get(20, TimeUnit.SECONDS)).getCause()
            instanceof TimeoutException);
    assertEquals(
        "otherwise",
        shared.completeOnTimeout("otherwise", 1, TimeUnit.MILLISECONDS).get(20, TimeUnit.SECONDS));
    assertEquals("mine", shared.completeAsync(() -> "mine").get(20, TimeUnit.SECONDS));
    assertFalse(shared.isDone());
  }

  @Test
  void whatDependsOnItCanBeCompletedByItsHolder() {
    CompletableFuture<Integer> length = shared.thenApply(String::length);
    assertTrue(length.complete(7));
    assertNotSame(SharedFuture.class, length.getClass());
    assertFalse(shared.isDone());
  }

  @Test
  void holdsNothingForThoseWhoOnlyLook() throws Exception {
    for (int i = 0; i < 100; i++) {
      CompletableFuture<String> looked = shared.toCompletableFuture();
      assertFalse(looked.isDone());
      assertThrows(TimeoutException.class, () -> looked.get(0, TimeUnit.NANOSECONDS));
    }
    assertEquals(0, shared.getNumberOfDependents());
  }
}
