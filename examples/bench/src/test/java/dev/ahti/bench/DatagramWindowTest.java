package dev.ahti.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DatagramWindowTest {
  private static final long LATE = DatagramWindow.PATIENCE_NANOS;

  @Test
  void holdsNoMoreThanItsLimitUnanswered() {
    DatagramWindow window = new DatagramWindow(10, 2);
    window.start(0);
    window.start(0);
    assertFalse(window.mayStart());
    assertThrows(IllegalStateException.class, () -> window.start(0));

    window.echoed(1);
    assertTrue(window.mayStart());
    assertEquals(2, window.start(0));
  }

  @Test
  void countsAnEchoOnceAndOnlyOfWhatWasSent() {
    DatagramWindow window = new DatagramWindow(10, 2);
    window.start(0);
    assertTrue(window.echoed(0));
    assertFalse(window.echoed(0));
    assertFalse(window.echoed(1));
    assertFalse(window.echoed(-1));
    assertEquals(1, window.echoedCount());
  }

  @Test
  void givesUpWhatWaitedTooLongAndGoesOn() {
    DatagramWindow window = new DatagramWindow(2, 1);
    window.start(0);
    assertFalse(window.expire(LATE - 1));
    assertTrue(window.expire(LATE));
    assertEquals(1, window.lostCount());
    assertFalse(window.echoed(0), "an echo after its time is late for good");

    window.start(LATE);
    window.echoed(1);
    assertTrue(window.done());
    assertEquals(1, window.echoedCount());
    assertEquals(1, window.lostCount());
  }

  @Test
  void keepsAYoungDatagramWhenItGivesUpAnOldOne() {
    DatagramWindow window = new DatagramWindow(3, 3);
    window.start(0);
    window.start(LATE / 2);
    assertTrue(window.expire(LATE));
    assertEquals(1, window.lostCount());
    assertTrue(window.echoed(1));
    assertFalse(window.done(), "the third was not sent yet");
  }
}
