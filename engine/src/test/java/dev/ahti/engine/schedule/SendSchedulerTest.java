package dev.ahti.engine.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.schedule.SendScheduler.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who sends next. */
class SendSchedulerTest {
  private static final int QUANTUM = 1000;
  private final SendScheduler<String> scheduler = new SendScheduler<>(QUANTUM);

  private Entry<String> ready(String name, long session, long group, long order) {
    Entry<String> entry = scheduler.add(name, session, new SendPriority(group, order));
    scheduler.ready(entry);
    return entry;
  }

  /** Sends so many writes of a size, and says how many bytes each member sent. */
  private Map<String, Long> send(int writes, int size) {
    Map<String, Long> sent = new HashMap<>();
    for (int i = 0; i < writes; i++) {
      Entry<String> next = next();
      scheduler.sent(next, size);
      sent.merge(next.member(), (long) size, Long::sum);
    }
    return sent;
  }

  private Entry<String> next() {
    Entry<String> next = scheduler.next();
    if (next == null) {
      throw new AssertionError("nobody is ready");
    }
    return next;
  }

  @Test
  void nobodyIsNext() {
    assertNull(scheduler.next());
    Entry<String> idle = scheduler.add("idle", 0, SendPriority.DEFAULT);
    assertNull(scheduler.next());
    assertTrue(scheduler.isEmpty());
    scheduler.remove(idle);
  }

  @Test
  void higherOrderOfAGroupGoesFirstStrictly() {
    Entry<String> low = ready("low", 0, 0, -5);
    Entry<String> high = ready("high", 0, 0, 7);
    Entry<String> middle = ready("middle", 0, 0, 0);
    assertEquals(Map.of("high", 500_000L), send(500, 1000));
    scheduler.idle(high);
    assertEquals(Map.of("middle", 10_000L), send(10, 1000));
    scheduler.ready(high);
    assertEquals("high", next().member());
    scheduler.remove(high);
    scheduler.remove(middle);
    assertEquals("low", next().member());
    scheduler.remove(low);
    assertNull(scheduler.next());
  }

  @Test
  void equalOrdersShareWhateverTheSizeOfTheirWrites() {
    Entry<String> small = ready("small", 0, 0, 0);
    ready("large", 0, 0, 0);
    long[] sent = new long[2];
    for (int i = 0; i < 10_000; i++) {
      Entry<String> next = next();
      int size = next == small ? 100 : 64_000;
      sent[next == small ? 0 : 1] += size;
      scheduler.sent(next, size);
    }
    assertEquals(1.0, (double) sent[0] / sent[1], 0.05);
  }

  @Test
  void groupsShareAsEqualsHoweverManyAreInThem() {
    for (int i = 0; i < 9; i++) {
      ready("crowd", 0, 1, i % 3);
    }
    ready("alone", 0, 2, -100);
    ready("ungrouped", 0, 0, 0);
    Map<String, Long> sent = send(9000, 700);
    for (String name : Set.of("crowd", "alone", "ungrouped")) {
      assertEquals(9000 * 700 / 3.0, sent.get(name), 9000 * 700 / 3.0 * 0.01, name);
    }
  }

  @Test
  void sessionsShareAsEqualsHoweverManyGroupsAreInThem() {
    for (int group = 0; group < 5; group++) {
      ready("five groups", 4, group, 0);
    }
    ready("one group", 0, 0, 0);
    Map<String, Long> sent = send(2000, 1000);
    assertEquals(1_000_000, sent.get("one group"), 10_000);
  }

  @Test
  void turnCanBeGivenUp() {
    Entry<String> one = ready("one", 0, 0, 0);
    assertEquals(one, next());
    Entry<String> other = ready("other", 0, 0, 0);
    for (int i = 0; i < 5; i++) {
      Entry<String> now = next();
      scheduler.sent(now, 1);
      scheduler.endTurn(now);
      assertEquals(now == one ? other : one, next());
    }
  }

  @Test
  void changeOfOrderCountsFromTheNextWriteOn() {
    ready("first", 0, 0, 2);
    Entry<String> second = ready("second", 0, 0, 1);
    assertEquals("first", next().member());
    scheduler.move(second, new SendPriority(0, 3));
    assertEquals("second", next().member());
    scheduler.move(second, new SendPriority(0, 1));
    assertEquals("first", next().member());
  }

  @Test
  void changeOfGroupTakesItsShareThere() {
    Entry<String> mover = ready("mover", 0, 1, 9);
    ready("stays", 0, 1, 0);
    ready("other", 0, 2, 0);
    assertNull(send(100, 1000).get("stays"));
    scheduler.move(mover, new SendPriority(2, -1));
    Map<String, Long> sent = send(100, 1000);
    assertNull(sent.get("mover"));
    assertEquals(50_000, sent.get("stays"), 2000);
  }

  @Test
  void whoCannotSendLetsTheNextGoAndIsAskedAgainInThePassAfter() {
    Entry<String> high = ready("high", 0, 0, 2);
    ready("low", 0, 0, 1);
    scheduler.passOver(high);
    assertEquals(1, scheduler.passedOver());
    assertTrue(high.isReady());
    assertEquals("low", next().member());
    scheduler.passOver(next());
    assertNull(scheduler.next());
    scheduler.endPass();
    assertEquals("high", next().member());
    assertEquals(0, scheduler.passedOver());
  }

  @Test
  void passesInWhichNobodyCanSendChangeNoShares() {
    Entry<String> large = ready("large", 0, 1, 0);
    ready("crowd", 0, 1, 0);
    ready("small", 0, 2, 0);
    Map<String, Long> sent = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      Entry<String> next = next();
      long size = next == large ? 50 * QUANTUM : QUANTUM / 3;
      scheduler.sent(next, size);
      sent.merge(next.group() == large.group() ? "with large" : "small", size, Long::sum);
      for (Entry<String> blocked = next(); blocked != null; blocked = scheduler.next()) {
        scheduler.passOver(blocked);
      }
      scheduler.endPass();
    }
    assertEquals(1.0, (double) sent.get("with large") / sent.get("small"), 0.05);
  }

  @Test
  void whoIsAlwaysPassedOverKeepsTheOthersInTurns() {
    Entry<String> blocked = ready("blocked", 0, 1, 9);
    ready("small", 0, 1, 0);
    Entry<String> large = ready("large", 0, 1, 0);
    ready("other group", 0, 2, 0);
    ready("other session", 4, 0, 0);
    Map<String, Long> sent = new HashMap<>();
    // A write a pass, as with a congestion window that opens by a packet at a time.
    for (int pass = 0; pass < 40_000; pass++) {
      Entry<String> next = next();
      if (next == blocked) {
        scheduler.passOver(next);
        next = next();
      }
      long size = next == large ? 5 * QUANTUM : QUANTUM / 3;
      scheduler.sent(next, size);
      sent.merge(next.member(), size, Long::sum);
      scheduler.endPass();
    }
    assertEquals(1.0, (double) sent.get("small") / sent.get("large"), 0.02, sent.toString());
    long group = sent.get("small") + sent.get("large");
    assertEquals(1.0, (double) sent.get("other group") / group, 0.02, sent.toString());
    long session = group + sent.get("other group");
    assertEquals(1.0, (double) sent.get("other session") / session, 0.02, sent.toString());
  }

  /** Whoever is blocked when, those of equal places that never are get equal shares. */
  @Test
  void randomBlocksChangeNoSharesOfTheOthers() {
    Random random = new Random(11);
    for (int round = 0; round < 50; round++) {
      SendScheduler<String> turns = new SendScheduler<>(QUANTUM);
      List<Entry<String>> free = new ArrayList<>();
      Set<Entry<String>> blocked = new HashSet<>();
      for (int group = 0; group < 3; group++) {
        free.add(turns.add("free " + group, 0, new SendPriority(group, 0)));
        for (int i = random.nextInt(3); i > 0; i--) {
          blocked.add(turns.add("blocked", 0, new SendPriority(group, random.nextInt(3))));
        }
      }
      free.forEach(turns::ready);
      Map<Entry<String>, Long> sent = new HashMap<>();
      int seldom = 1 + round % 4;
      for (int pass = 0; pass < 5_000; pass++) {
        blocked.stream().filter(each -> random.nextInt(seldom) == 0).forEach(turns::ready);
        for (int writes = random.nextInt(3); writes >= 0; writes--) {
          Entry<String> next;
          while (blocked.contains(next = turns.next())) {
            turns.passOver(next);
          }
          long size = 1 + random.nextInt(3 * QUANTUM);
          turns.sent(next, size);
          sent.merge(next, size, Long::sum);
        }
        turns.endPass();
      }
      long all = sent.values().stream().mapToLong(Long::longValue).sum();
      for (Entry<String> each : free) {
        assertEquals(1 / 3.0, (double) sent.get(each) / all, 0.01, "round " + round + ": " + sent);
      }
    }
  }

  private Entry<String> staying(String name, long session, long group, long order) {
    Entry<String> entry = scheduler.addStaying(name, session, new SendPriority(group, order));
    scheduler.ready(entry);
    return entry;
  }

  @Test
  void whoStaysGoesOnWhileItsSessionIsHeldInItsOrder() {
    ready("waits", 0, 0, 9);
    staying("low", 0, 0, 1);
    Entry<String> high = staying("high", 0, 0, 2);
    assertEquals("waits", next().member());
    scheduler.hold(0);
    assertEquals("high", next().member());
    scheduler.idle(high);
    assertEquals("low", next().member());
    assertEquals(1, scheduler.heldIn(0));
    assertEquals(1, scheduler.ready());
    scheduler.ready(high);
    scheduler.release(0);
    assertEquals("waits", next().member());
    assertEquals(0, scheduler.heldIn(0));
    assertEquals(3, scheduler.ready());
  }

  @Test
  void whoStaysSharesWithOtherGroupsAndSessions() {
    ready("waits", 0, 1, 0);
    staying("one", 0, 1, 5);
    staying("one", 0, 1, 5);
    staying("other", 0, 2, 0);
    ready("other session", 4, 0, 0);
    scheduler.hold(0);
    Map<String, Long> sent = send(4000, 1000);
    assertNull(sent.get("waits"));
    assertEquals(1_000_000, sent.get("one"), 10_000);
    assertEquals(1_000_000, sent.get("other"), 10_000);
    assertEquals(2_000_000, sent.get("other session"), 10_000);
  }

  @Test
  void whoStaysCanComeMoveAndEndWhileItsSessionIsHeld() {
    Entry<String> waits = ready("waits", 0, 0, 0);
    scheduler.hold(0);
    assertNull(scheduler.next());
    assertEquals(0, scheduler.ready());
    Entry<String> late = staying("late", 0, 3, 0);
    Entry<String> moves = staying("moves", 0, 3, -1);
    assertEquals("late", next().member());
    scheduler.move(moves, new SendPriority(3, 1));
    assertEquals("moves", next().member());
    scheduler.passOver(next());
    assertEquals("late", next().member());
    scheduler.release(0);
    scheduler.endPass();
    scheduler.remove(late);
    scheduler.remove(moves);
    assertEquals("waits", next().member());
    scheduler.remove(waits);
    assertNull(scheduler.next());
    assertEquals(0, scheduler.ready());
  }

  @Test
  void whoIsPassedOverCanGoIdleMoveOrEnd() {
    Entry<String> idle = ready("idle", 0, 0, 2);
    Entry<String> moved = ready("moved", 0, 0, 2);
    Entry<String> ended = ready("ended", 0, 0, 2);
    scheduler.passOver(idle);
    scheduler.passOver(moved);
    scheduler.passOver(ended);
    scheduler.idle(idle);
    scheduler.move(moved, new SendPriority(3, 0));
    scheduler.remove(ended);
    assertNull(scheduler.next());
    scheduler.endPass();
    assertEquals("moved", next().member());
    scheduler.idle(moved);
    assertNull(scheduler.next());
  }

  @Test
  void heldSessionWaitsAndTheOthersGoOn() {
    ready("held", 0, 0, 0);
    ready("other", 4, 0, 0);
    scheduler.hold(0);
    assertEquals(Map.of("other", 50_000L), send(50, 1000));
    Entry<String> late = ready("late", 0, 0, 9);
    assertEquals("other", next().member());
    scheduler.release(0);
    assertEquals(25_000, send(50, 1000).get("late"), 2000);
    scheduler.remove(late);
  }

  @Test
  void whoComesBackHasNotSavedTurnsUp() {
    Entry<String> lazy = ready("lazy", 0, 0, 0);
    ready("busy", 0, 0, 0);
    scheduler.idle(lazy);
    send(1000, 1000);
    scheduler.ready(lazy);
    assertEquals(5_000, send(10, 1000).get("busy"), 2000);
  }

  /** Against a plain model: whatever happens, next() is one of the highest order of its group. */
  @Test
  void randomUseKeepsTheRules() {
    Random random = new Random(7);
    Set<Entry<String>> ready = new HashSet<>();
    Map<Entry<String>, SendPriority> places = new HashMap<>();
    Map<Entry<String>, Long> sessions = new HashMap<>();
    for (int step = 0; step < 50_000; step++) {
      int what = random.nextInt(6);
      Entry<String> one = places.isEmpty() ? null : pick(places.keySet(), random);
      if (what == 0 || one == null) {
        SendPriority place = new SendPriority(random.nextInt(3), random.nextInt(4));
        long session = random.nextInt(2);
        Entry<String> added = scheduler.add("member", session, place);
        places.put(added, place);
        sessions.put(added, session);
      } else if (what == 1) {
        scheduler.ready(one);
        ready.add(one);
      } else if (what == 2) {
        scheduler.idle(one);
        ready.remove(one);
      } else if (what == 3) {
        SendPriority place = new SendPriority(random.nextInt(3), random.nextInt(4));
        scheduler.move(one, place);
        places.put(one, place);
      } else if (what == 4 && places.size() > 20) {
        scheduler.remove(one);
        ready.remove(one);
        places.remove(one);
      } else {
        Entry<String> next = scheduler.next();
        assertEquals(ready.isEmpty(), next == null);
        if (next != null) {
          assertTrue(ready.contains(next));
          SendPriority place = places.get(next);
          long highest =
              ready.stream()
                  .filter(each -> sessions.get(each).equals(sessions.get(next)))
                  .map(places::get)
                  .filter(each -> each.group() == place.group())
                  .mapToLong(SendPriority::order)
                  .max()
                  .orElseThrow();
          assertEquals(highest, place.order());
          scheduler.sent(next, random.nextInt(3000));
        }
      }
    }
    ready.forEach(scheduler::idle);
    assertTrue(scheduler.isEmpty());
  }

  private static Entry<String> pick(Set<Entry<String>> from, Random random) {
    return from.stream().skip(random.nextInt(from.size())).findFirst().orElseThrow();
  }
}
