package dev.ahti.engine.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Who goes next. */
class DatagramTurnsTest {
  private final DatagramTurns<String> turns = new DatagramTurns<>();
  private final Map<String, SendPriority> priorities = new HashMap<>();

  private void add(String member, long group, long order) {
    priorities.put(member, new SendPriority(group, order));
    turns.add(member, priorities.get(member));
  }

  private void remove(String member) {
    turns.remove(member, priorities.get(member));
  }

  /** The members of so many turns, each of which sends so many bytes as it has by its name. */
  private String turns(int count, Map<String, Integer> bytes) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String next = turns.next();
      if (next == null) {
        return all + "-";
      }
      all.append(next);
      turns.sent(next, priorities.get(next), bytes.getOrDefault(next, 100));
    }
    return all.toString();
  }

  private String turns(int count) {
    return turns(count, Map.of());
  }

  @Test
  void nobodyHasATurnWithoutAnything() {
    assertNull(turns.next());
    add("a", 0, 0);
    remove("a");
    assertNull(turns.next());
    remove("a");
  }

  @Test
  @DisplayName("section 4.3, send-order rules: a higher order of the group starves a lower one")
  void theHighestOrderOfAGroupGoesFirst() {
    add("a", 1, 1);
    add("b", 1, 2);
    add("c", 1, -1);
    assertEquals("bbb", turns(3));
    remove("b");
    assertEquals("aaa", turns(3));
    remove("a");
    assertEquals("ccc", turns(3));
  }

  @Test
  void ungroupedOnesAreAGroupToo() {
    add("a", 0, 1);
    add("b", 0, Long.MAX_VALUE);
    assertEquals("bb", turns(2));
  }

  @Test
  void equalOrdersTakeTurns() {
    add("a", 1, 5);
    add("b", 1, 5);
    add("c", 1, 5);
    assertEquals("abcabc", turns(6));
  }

  @Test
  void groupsShareByBytes() {
    add("a", 1, 0);
    add("b", 2, 9);
    add("c", 0, -9);
    String all = turns(600, Map.of("a", 1200, "b", 400, "c", 400));
    long a = 1200 * all.chars().filter(each -> each == 'a').count();
    long b = 400 * all.chars().filter(each -> each == 'b').count();
    long c = 400 * all.chars().filter(each -> each == 'c').count();
    long third = (a + b + c) / 3;
    for (long each : new long[] {a, b, c}) {
      assertEquals(third, each, third * 0.05, a + " " + b + " " + c);
    }
  }

  @Test
  void aGroupThatPausedIsOwedNothing() {
    add("a", 1, 0);
    add("b", 2, 0);
    turns(2);
    remove("b");
    turns(100);
    add("b", 2, 0);
    String all = turns(20);
    assertEquals(10, all.chars().filter(each -> each == 'b').count(), all);
  }

  @Test
  void aGroupThatComesLaterWaitsForNobody() {
    add("a", 1, 0);
    turns(100);
    add("b", 2, 0);
    String all = turns(4);
    assertEquals(2, all.chars().filter(each -> each == 'b').count(), all);
  }

  @Test
  void onePriorityForAnotherIsAChangeFromTheNextTurnOn() {
    add("a", 1, 0);
    add("b", 1, 1);
    assertEquals("bb", turns(2));
    remove("a");
    add("a", 1, 2);
    assertEquals("aa", turns(2));
  }
}
