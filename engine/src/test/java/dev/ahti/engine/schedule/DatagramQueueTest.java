package dev.ahti.engine.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The queue of datagrams, without a clock. */
class DatagramQueueTest {
  private static final DatagramPolicy BY_FIRST_LETTER =
      DatagramPolicy.latestPerKey(payload -> payload.utf8String().charAt(0));

  private final List<String> gone = new ArrayList<>();
  private final DatagramQueue<QueuedDatagram> queue =
      new DatagramQueue<>(3, 10, (each, why) -> gone.add(each.payload().utf8String() + " " + why));

  private void add(String text, long now, DatagramPolicy policy) {
    ByteString payload = ByteString.fromString(text);
    queue.add(new QueuedDatagram(payload, policy.key(payload), now, null), policy);
  }

  private void add(String text, long now) {
    add(text, now, DatagramPolicy.DROP_OLDEST);
  }

  private String polled(long now) {
    StringBuilder all = new StringBuilder();
    QueuedDatagram next;
    while ((next = queue.poll(now)) != null) {
      all.append(next.payload().utf8String()).append(' ');
    }
    return all.toString().trim();
  }

  @Test
  void givesBackWhatCameInOrder() {
    add("a", 0);
    add("", 1);
    add("b", 2);
    assertEquals(3, queue.size());
    assertEquals("a  b", polled(2));
    assertEquals(0, queue.size());
    assertEquals(List.of(), gone);
  }

  @Test
  @DisplayName("section 5.4, receiveDatagrams, steps 7 and 8: the oldest goes")
  void dropsTheOldestAtTheBound() {
    for (String each : List.of("a", "b", "c", "d", "e")) {
      add(each, 0);
    }
    assertEquals(List.of("a DROPPED", "b DROPPED"), gone);
    assertEquals("c d e", polled(0));
  }

  @Test
  void dropsTheNewestAtTheBound() {
    for (String each : List.of("a", "b", "c", "d", "e")) {
      add(each, 0, DatagramPolicy.DROP_NEWEST);
    }
    assertEquals(List.of("d DROPPED", "e DROPPED"), gone);
    assertEquals("a b c", polled(0));
  }

  @Test
  void keepsTheLatestOfEachKeyInThePlaceOfTheFirst() {
    for (String each : List.of("a1", "b1", "a2", "c1", "a3", "b2")) {
      add(each, 0, BY_FIRST_LETTER);
    }
    assertEquals(List.of("a1 DROPPED", "a2 DROPPED", "b1 DROPPED"), gone);
    assertEquals("a3 b2 c1", polled(0));
  }

  @Test
  void dropsTheOldestKeyWhenThereAreTooMany() {
    for (String each : List.of("a1", "b1", "c1", "d1", "a2")) {
      add(each, 0, BY_FIRST_LETTER);
    }
    assertEquals(List.of("a1 DROPPED", "b1 DROPPED"), gone);
    assertEquals("c1 d1 a2", polled(0));
  }

  @Test
  void aKeyThatWasTakenIsNew() {
    add("a1", 0, BY_FIRST_LETTER);
    queue.poll(0);
    add("a2", 0, BY_FIRST_LETTER);
    add("b1", 0, BY_FIRST_LETTER);
    assertEquals("a2 b1", polled(0));
    assertEquals(List.of(), gone);
  }

  @Test
  void aPolicyCountsFromTheNextOneOn() {
    add("a1", 0);
    add("a2", 0, BY_FIRST_LETTER);
    add("a3", 0, BY_FIRST_LETTER);
    assertEquals("a1 a3", polled(0));
  }

  @Test
  @DisplayName("section 4.3, sendDatagrams, step 5: more than the age has passed")
  void expiresWhatIsOlderThanTheAgeAndNothingElse() {
    add("a", 0);
    add("b", 5);
    queue.expire(10);
    assertEquals(List.of(), gone);
    queue.expire(11);
    assertEquals(List.of("a EXPIRED"), gone);
    assertEquals("b", polled(15));
    add("c", 20);
    assertEquals("", polled(31));
    assertEquals(List.of("a EXPIRED", "c EXPIRED"), gone);
  }

  @Test
  void expiresWhatStandsBehindAYoungerOneThatTookAnOldPlace() {
    add("a1", 0, BY_FIRST_LETTER);
    add("b1", 1, BY_FIRST_LETTER);
    add("a2", 9, BY_FIRST_LETTER);
    assertEquals(11 - 9, queue.untilExpiry(10));
    queue.expire(12);
    assertEquals(List.of("a1 DROPPED", "b1 EXPIRED"), gone);
    assertEquals("a2", polled(12));
  }

  @Test
  void saysWhenTheNextOneIsOverdue() {
    assertEquals(Long.MAX_VALUE, queue.untilExpiry(0));
    add("a", 3);
    assertEquals(11, queue.untilExpiry(3));
    assertEquals(1, queue.untilExpiry(13));
    queue.expire(14);
    assertEquals(Long.MAX_VALUE, queue.untilExpiry(14));
  }

  @Test
  void anyAgeWillDo() {
    queue.maxAge(DatagramQueue.NO_MAX_AGE);
    add("a", 0);
    assertEquals(Long.MAX_VALUE, queue.untilExpiry(1));
    assertEquals("a", polled(Long.MAX_VALUE));
  }

  @Test
  void survivesAClockThatWraps() {
    add("a", Long.MAX_VALUE - 1);
    assertEquals("a", polled(Long.MIN_VALUE + 7));
    add("b", Long.MAX_VALUE - 1);
    assertEquals("", polled(Long.MIN_VALUE + 10));
  }

  @Test
  void aNewAgeCountsForWhatWaits() {
    add("a", 0);
    queue.maxAge(2);
    assertEquals("", polled(3));
    assertEquals(List.of("a EXPIRED"), gone);
  }

  @Test
  void aLowerBoundLeavesWhatWaitsUntilItIsTrimmed() {
    add("a", 0);
    add("b", 0);
    add("c", 0);
    queue.maxBuffered(1);
    assertFalse(queue.hasRoom());
    assertEquals(-2, queue.room());
    assertEquals(3, queue.size());
    add("d", 0);
    assertEquals(List.of("a DROPPED"), gone, "it does not grow");
    queue.trim(DatagramPolicy.DROP_OLDEST);
    assertEquals("d", polled(0));
  }

  @Test
  void trimsFromTheEndOfThePolicy() {
    add("a", 0);
    add("b", 0);
    queue.maxBuffered(1);
    queue.trim(DatagramPolicy.DROP_NEWEST);
    assertEquals(List.of("b DROPPED"), gone);
    assertEquals("a", polled(0));
  }

  @Test
  @DisplayName("section 5.3: below 1 counts as 1")
  void boundsBelowOneCountAsOne() {
    for (int most : new int[] {0, -5, Integer.MIN_VALUE}) {
      queue.maxBuffered(most);
      assertTrue(queue.hasRoom());
      add("a", 0);
      assertFalse(queue.hasRoom());
      assertEquals("a", polled(0));
    }
  }

  @Test
  void halfOfOneIsNone() {
    queue.maxBuffered(1);
    assertTrue(queue.isAtMostHalfFull());
    add("a", 0);
    assertFalse(queue.isAtMostHalfFull());
  }

  @Test
  void whatIsPutBackIsNext() {
    add("a", 0);
    add("b", 0);
    QueuedDatagram first = queue.poll(0);
    queue.putBack(first);
    assertEquals("a b", polled(0));
  }

  @Test
  void whatIsPutBackYieldsToANewerOneOfItsKey() {
    add("a1", 0, BY_FIRST_LETTER);
    QueuedDatagram first = queue.poll(0);
    add("a2", 0, BY_FIRST_LETTER);
    queue.putBack(first);
    assertEquals(List.of("a1 DROPPED"), gone);
    assertEquals("a2", polled(0));
  }

  @Test
  void withoutRoomForAnotherReasonThePolicyDecides() {
    ByteString x = ByteString.fromString("x");
    queue.addWithoutRoom(new QueuedDatagram(x, null, 0, null), DatagramPolicy.DROP_OLDEST);
    assertEquals(List.of("x DROPPED"), gone, "there is none to drop but itself");
    add("a", 0);
    queue.addWithoutRoom(new QueuedDatagram(x, null, 0, null), DatagramPolicy.DROP_OLDEST);
    assertEquals(List.of("x DROPPED", "a DROPPED"), gone);
    assertEquals("x", polled(0));
  }

  @Test
  void theEndDropsAll() {
    add("a", 0, BY_FIRST_LETTER);
    add("b", 0);
    queue.clear();
    assertEquals(List.of("a DROPPED", "b DROPPED"), gone);
    assertNull(queue.peek(0));
    assertEquals(0, queue.size());
  }

  @Test
  void refusesANegativeAge() {
    assertThrows(IllegalArgumentException.class, () -> queue.maxAge(-1));
  }
}
