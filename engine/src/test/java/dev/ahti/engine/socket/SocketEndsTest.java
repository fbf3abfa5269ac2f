package dev.ahti.engine.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.socket.SocketEnds.Half;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Direct Sockets, "handle closing the TCPSocket readable stream" and "... writable stream". */
class SocketEndsTest {
  private static final Throwable FIRST = new IllegalStateException("first");
  private static final Throwable LAST = new IllegalStateException("last");

  private static Half other(Half half) {
    return half == Half.READABLE ? Half.WRITABLE : Half.READABLE;
  }

  @ParameterizedTest
  @EnumSource
  void whileTheOtherHalfIsActiveNothingIsClosed(Half half) {
    assertFalse(SocketEnds.NONE.isOver());
    assertFalse(SocketEnds.NONE.ended(half, null).isOver());
    assertFalse(SocketEnds.NONE.ended(half, FIRST).isOver());
  }

  @ParameterizedTest
  @EnumSource
  void withBothEndedInOrderClosedIsResolved(Half half) {
    SocketEnds ends = SocketEnds.NONE.ended(half, null).ended(other(half), null);
    assertTrue(ends.isOver());
    assertNull(ends.failure());
  }

  @ParameterizedTest
  @EnumSource
  void theErrorOfTheHalfThatEndedFirstGoesBeforeThatOfTheLast(Half half) {
    SocketEnds both = SocketEnds.NONE.ended(half, FIRST).ended(other(half), LAST);
    assertSame(FIRST, both.failure());
    assertSame(FIRST, SocketEnds.NONE.ended(half, FIRST).ended(other(half), null).failure());
    assertSame(LAST, SocketEnds.NONE.ended(half, null).ended(other(half), LAST).failure());
  }

  @ParameterizedTest
  @EnumSource
  void theFirstEndOfAHalfCounts(Half half) {
    SocketEnds ends = SocketEnds.NONE.ended(half, null);
    assertSame(ends, ends.ended(half, LAST));
    SocketEnds over = ends.ended(other(half), FIRST);
    assertSame(over, over.ended(half, LAST));
    assertSame(over, over.ended(other(half), LAST));
  }

  @Test
  void nothingHasEndedAtFirst() {
    assertEquals(new SocketEnds(null, null, null), SocketEnds.NONE);
  }
}
