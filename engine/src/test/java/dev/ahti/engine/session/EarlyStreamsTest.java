package dev.ahti.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.session.EarlyStreams.Limits;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("draft-ietf-webtrans-http3-16 4.6: streams before their session")
class EarlyStreamsTest {

  private static final long SECOND = 1_000_000_000L;

  private final EarlyStreams<String> early = new EarlyStreams<>(Limits.DEFAULT);

  @Test
  void handsOverWhatCameForASessionInTheOrderOfArrival() {
    early.add(0, "a", 1);
    early.add(4, "other", 3);
    early.add(0, "b", 4);
    assertEquals(List.of("a", "b"), early.take(0));
    assertEquals(List.of(), early.take(0));
    assertEquals(List.of("other"), early.take(4));
    assertEmpty();
  }

  @Test
  void tellsWhatItHolds() {
    early.add(0, "a", 0);
    assertTrue(early.holds("a"::equals));
    assertFalse(early.holds("b"::equals));
    early.take(0);
    assertFalse(early.holds("a"::equals));
  }

  @Test
  void rejectsTheStreamOverTheBound() {
    for (int i = 0; i < 24; i++) {
      assertTrue(early.add(4L * i, "s" + i, 0));
    }
    assertFalse(early.add(0, "late", 0));
    assertEquals(24, early.size());
    early.take(0);
    assertTrue(early.add(0, "in time", 0));
  }

  @Test
  void forgetsWhatHasWaitedForFiveSeconds() {
    early.add(0, "first", 0);
    early.add(4, "second", 2 * SECOND);
    assertEquals(OptionalLong.of(5 * SECOND), early.nextPurgeNanos());
    assertEquals(List.of(), early.purge(5 * SECOND - 1));
    assertEquals(List.of("first"), early.purge(5 * SECOND));
    assertEquals(OptionalLong.of(7 * SECOND), early.nextPurgeNanos());
    assertEquals(List.of("second"), early.purge(7 * SECOND));
    assertEmpty();
  }

  @Test
  void countsTimeOverTheEndOfTheClock() {
    long start = Long.MAX_VALUE - SECOND;
    early.add(0, "a", start);
    assertEquals(List.of(), early.purge(start));
    assertEquals(List.of(), early.purge(start + 4 * SECOND));
    assertEquals(List.of("a"), early.purge(start + 5 * SECOND));
  }

  @Test
  void givesBackEverythingWhenTheConnectionEnds() {
    early.add(0, "a", 0);
    early.add(4, "b", 0);
    assertEquals(List.of("a", "b"), early.clear());
    assertEmpty();
  }

  @Test
  void holdsNothingIfToldSo() {
    EarlyStreams<String> none = new EarlyStreams<>(new Limits(0, 0));
    assertFalse(none.add(0, "a", 0));
    assertEquals(OptionalLong.empty(), none.nextPurgeNanos());
  }

  @Test
  void refusesNegativeLimits() {
    assertThrows(IllegalArgumentException.class, () -> new Limits(-1, 0));
    assertThrows(IllegalArgumentException.class, () -> new Limits(0, -1));
  }

  private void assertEmpty() {
    assertEquals(0, early.size());
    assertEquals(OptionalLong.empty(), early.nextPurgeNanos());
  }
}
