package dev.ahti.engine.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("when a limit is raised, and to what")
class WindowPolicyTest {

  @ParameterizedTest
  @CsvSource({
    // window, most, granted, consumed, next
    "100, 1000, 100,   0,  100",
    "100, 1000, 100,  49,  100",
    "100, 1000, 100,  50,  150",
    "100, 1000, 100, 100,  200",
    "100, 1000, 150,  99,  150",
    "100, 1000, 150, 100,  200",
    "100, 1000, 100, 400,  500",
    "100, 1000, 960, 899,  960",
    "100, 1000, 960, 910, 1000",
    "100, 1000, 1000, 950, 1000",
    "100, 1000, 1000, 9000, 1000",
    "  1,   10,   1,   0,    1",
    "  1,   10,   1,   1,    2",
    "  3,   10,   3,   1,    3",
    "  3,   10,   3,   2,    5",
    "  1, 4611686018427387903, 4611686018427387903, 4611686018427387903, 4611686018427387903",
    "100, 4611686018427387903, 100, 4611686018427387903, 4611686018427387903",
  })
  void next(long window, long most, long granted, long consumed, long next) {
    assertEquals(next, new WindowPolicy(window, most).next(granted, consumed));
  }

  @Test
  void whateverIsConsumedLeavesHalfAWindowAndMovesByHalfAWindow() {
    for (long window = 1; window <= 64; window++) {
      WindowPolicy policy = new WindowPolicy(window, 1 << 20);
      long granted = window;
      for (long consumed = 0; consumed < 10 * window; consumed++) {
        long next = policy.next(granted, consumed);
        assertTrue(next >= granted, "falls");
        assertTrue(next == granted || next - granted >= (window + 1) / 2, "a small step");
        assertTrue(next - consumed >= Math.max(1, window / 2), "less than half a window is left");
        assertTrue(next - consumed <= window, "more than a window is left");
        granted = next;
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 10", "-1, 10", "11, 10"})
  void refusesWindowsThatCannotBeMeant(long window, long most) {
    assertThrows(IllegalArgumentException.class, () -> new WindowPolicy(window, most));
  }
}
