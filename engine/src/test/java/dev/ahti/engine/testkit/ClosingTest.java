package dev.ahti.engine.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosingTest {
  private final List<String> done = new ArrayList<>();

  @Test
  void doesAllInOrderAndLeavesOutWhatWasNeverOpened() {
    Closing.all(() -> done.add("one"), null, () -> done.add("two"));
    assertEquals(List.of("one", "two"), done);
  }

  @Test
  void doesTheRestAfterAFailureAndTellsTheFirst() {
    AssertionError first = new AssertionError("first");
    IOException second = new IOException("second");
    AssertionError told =
        assertThrows(
            AssertionError.class,
            () ->
                Closing.all(
                    () -> {
                      throw first;
                    },
                    () -> {
                      throw second;
                    },
                    () -> done.add("last")));
    assertSame(first, told);
    assertEquals(List.of(second), List.of(told.getSuppressed()));
    assertEquals(List.of("last"), done);
  }

  @Test
  void exceptionIsTheCauseOfWhatIsThrown() {
    IOException failure = new IOException("closed already");
    AssertionError told =
        assertThrows(
            AssertionError.class,
            () ->
                Closing.all(
                    () -> {
                      throw failure;
                    }));
    assertSame(failure, told.getCause());
  }
}
