package dev.ahti.engine.mux;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RecentIdsTest {

  @Test
  void keepsTheNewestAndNoMore() {
    RecentIds ids = new RecentIds(2);
    ids.add(1);
    ids.add(2);
    ids.add(1);
    assertTrue(ids.contains(1));
    ids.add(3);
    assertFalse(ids.contains(1), "the oldest");
    assertTrue(ids.contains(2));
    assertTrue(ids.contains(3));
  }
}
