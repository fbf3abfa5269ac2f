package dev.ahti.engine.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.address.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("what clients of one address prefix may have")
class PrefixTableTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** As a clock may begin. */
  private static final long START = Long.MAX_VALUE - 3;

  private static final IpAddress ONE = address("192.0.2.1");
  private static final IpAddress OTHER = address("192.0.2.2");

  private static IpAddress address(String text) {
    return IpAddress.parse(text).orElseThrow();
  }

  private static PrefixLimits limits(int connections, int perSecond, int burst, int prefixes) {
    return new PrefixLimits(32, 64, connections, perSecond, burst, 2, prefixes);
  }

  private static PrefixTable<Object> table(
      int connections, int perSecond, int burst, int prefixes) {
    return new PrefixTable<>(limits(connections, perSecond, burst, prefixes), Object::new, START);
  }

  @Test
  void aBurstIsLetThroughThenAsManyAsTheRateAndOthersHaveTheirOwn() {
    PrefixTable<Object> table = table(100, 10, 4, 10);
    for (int i = 0; i < 4; i++) {
      assertTrue(table.mayConnect(ONE, true, START));
    }
    assertFalse(table.mayConnect(ONE, true, START));
    assertTrue(table.mayConnect(OTHER, true, START));
    assertFalse(table.mayConnect(ONE, true, START + SECOND / 10 - 1));
    assertTrue(table.mayConnect(ONE, true, START + SECOND / 10));
    assertFalse(table.mayConnect(ONE, true, START + SECOND / 10));
  }

  @Test
  void noMoreThanTheBurstIsSaved() {
    PrefixTable<Object> table = table(100, 10, 4, 10);
    long later = START + 1000 * SECOND;
    int through = 0;
    while (table.mayConnect(ONE, true, later)) {
      through++;
    }
    assertEquals(4, through);
  }

  @Test
  void whoHasNotProvenItsAddressLeavesHalfToThoseWhoHave() {
    PrefixTable<Object> table = table(100, 1, 10, 10);
    int unproven = 0;
    while (table.mayConnect(ONE, false, START)) {
      unproven++;
    }
    assertEquals(5, unproven);
    int proven = 0;
    while (table.mayConnect(ONE, true, START)) {
      proven++;
    }
    assertEquals(5, proven);
  }

  @Test
  void halfOfTheConnectionsIsForThoseWhoHaveProvenTheirAddress() {
    PrefixTable<Object> table = table(4, 1000, 1000, 10);
    assertNotNull(table.connected(ONE, START));
    assertTrue(table.mayConnect(ONE, false, START));
    assertNotNull(table.connected(ONE, START));
    assertFalse(table.mayConnect(ONE, false, START));
    assertTrue(table.mayConnect(ONE, true, START));
  }

  @Test
  void openConnectionsAreBoundedAndGivenBack() {
    PrefixTable<Object> table = table(2, 1000, 1000, 10);
    PrefixTable.Held<Object> first = table.connected(ONE, START);
    assertNotNull(table.connected(ONE, START));
    assertFalse(table.mayConnect(ONE, true, START));
    assertNull(table.connected(ONE, START));
    assertNotNull(table.connected(OTHER, START));
    assertNotNull(first).end().run();
    assertNotNull(table.connected(ONE, START));
    assertNull(table.connected(ONE, START));
  }

  private static PrefixTable.Held<Object> assertNotNull(PrefixTable.Held<Object> held) {
    if (held == null) {
      throw new AssertionError("no room");
    }
    return held;
  }

  @Test
  void sessionsAreBoundedByThemselves() {
    PrefixTable<Object> table = table(1, 1, 1, 10);
    PrefixTable.Held<Object> first = assertNotNull(table.session(ONE, START));
    assertNotNull(table.session(ONE, START));
    assertNull(table.session(ONE, START));
    assertNotNull(table.session(OTHER, START));
    first.end().run();
    PrefixTable.Held<Object> last = assertNotNull(table.session(ONE, START));
    assertEquals(2, table.holding());
    last.end().run();
    assertEquals(2, table.holding());
  }

  @Test
  void addressesOfOnePrefixShareAndNoOthersDo() {
    PrefixTable<Object> table = table(1, 1000, 1000, 10);
    assertNotNull(table.connected(address("2001:db8:0:1::1"), START));
    assertNull(table.connected(address("2001:db8:0:1:ffff::2"), START));
    assertNotNull(table.connected(address("2001:db8:0:2::1"), START));
    PrefixTable<Object> nets =
        new PrefixTable<>(new PrefixLimits(20, 64, 1, 1000, 1000, 1, 10), Object::new, START);
    assertNotNull(nets.connected(address("10.0.15.1"), START));
    assertNull(nets.connected(address("10.0.0.255"), START));
    assertNotNull(nets.connected(address("10.0.16.0"), START));
    // The four bytes of an IPv4 address are not the first ones of an IPv6 address.
    assertNotNull(nets.connected(address("a00::"), START));
  }

  @Test
  void onePrefixTooManyTakesThePlaceOfTheOldestThatHoldsNothing() {
    PrefixTable<Object> table = table(1, 1, 1, 2);
    PrefixTable.Held<Object> held = assertNotNull(table.connected(ONE, START));
    assertTrue(table.mayConnect(OTHER, true, START));
    assertTrue(table.mayConnect(address("192.0.2.3"), true, START));
    assertEquals(0, table.overflows());
    // Who holds something is not forgotten.
    assertNull(table.connected(ONE, START));
    held.end().run();
    assertNotNull(table.connected(ONE, START));
  }

  @Test
  void whenAllHoldSomethingNewcomersShareTheLimitsOfOne() {
    PrefixTable<Object> table = table(2, 1000, 1000, 64);
    List<PrefixTable.Held<Object>> here = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      here.add(assertNotNull(table.connected(address("198.51.100." + i), START)));
    }
    PrefixTable.Held<Object> first = assertNotNull(table.connected(ONE, START));
    assertNotNull(table.connected(OTHER, START));
    assertNull(table.connected(address("192.0.2.3"), START));
    assertEquals(64, table.holding());
    assertEquals(3, table.overflows());
    // Those who are here notice nothing.
    assertNotNull(table.connected(address("198.51.100.7"), START));
    first.end().run();
    assertNotNull(table.connected(address("192.0.2.3"), START));
    here.get(0).end().run();
    assertNotNull(table.connected(address("192.0.2.4"), START));
    assertEquals(64, table.holding());
  }
}
