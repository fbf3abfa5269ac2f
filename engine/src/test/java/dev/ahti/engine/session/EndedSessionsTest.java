package dev.ahti.engine.session;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EndedSessionsTest {
  private final EndedSessions ended = new EndedSessions(2);

  @Test
  void knowsNothingAtFirst() {
    assertFalse(ended.contains(0));
    assertFalse(ended.contains(4));
  }

  @Test
  void remembersTheNewestOneByOne() {
    ended.add(0);
    ended.add(8);
    assertTrue(ended.contains(0));
    assertFalse(ended.contains(4));
    assertTrue(ended.contains(8));
    assertFalse(ended.contains(12));
  }

  @Test
  void takesEveryIdBelowTheNewestAsEnded() {
    ended.add(8);
    ended.add(12);
    ended.add(16);
    assertTrue(ended.contains(4));
    assertTrue(ended.contains(8));
    assertTrue(ended.contains(16));
    assertFalse(ended.contains(20));
  }

  @Test
  void oneHighIdThatEndedEarlyEndsNoneBelowIt() {
    ended.add(4000);
    ended.add(0);
    ended.add(4);
    assertTrue(ended.contains(4000));
    assertTrue(ended.contains(0));
    assertFalse(ended.contains(8));
  }

  @Test
  void staysBoundedWhateverTheOrder() {
    for (long id = 4000; id >= 0; id -= 4) {
      ended.add(id);
    }
    assertTrue(ended.contains(4000));
    assertFalse(ended.contains(4004));
  }
}
