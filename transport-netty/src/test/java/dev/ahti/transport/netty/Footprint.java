package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;

/**
 * How much memory is in use, for all of the process: both peers of a test, and the test.
 *
 * @param heap bytes that survive a collection
 * @param direct bytes that Netty has taken outside of the heap
 */
record Footprint(long heap, long direct) {
  private static final long MIB = 1 << 20;

  /** How close two collections in a row come when nothing more is let go. */
  private static final long SETTLED = 64 * 1024;

  private static final int MOST_COLLECTIONS = 10;

  /** What is in use now, once collections find nothing more. */
  static Footprint now() {
    long heap = collected();
    for (int i = 1; i < MOST_COLLECTIONS; i++) {
      long next = collected();
      boolean settled = heap - next < SETTLED;
      heap = Math.min(heap, next);
      if (settled) {
        break;
      }
    }
    long direct = PlatformDependent.usedDirectMemory();
    assertTrue(direct >= 0, "Netty does not count");
    return new Footprint(heap, direct);
  }

  private static long collected() {
    WeakReference<Object> garbage = new WeakReference<>(new Object());
    while (garbage.get() != null) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /**
   * Since this was taken, no more than so many MiB have come into use.
   *
   * @param directMib a pool takes memory in large pieces: some of them
   */
  void grewByAtMost(int heapMib, int directMib) {
    Footprint then = now();
    long more = then.heap - heap;
    assertTrue(more < heapMib * MIB, "the heap grew by " + more + " bytes");
    long moreDirect = then.direct - direct;
    assertTrue(moreDirect < directMib * MIB, moreDirect + " bytes more outside the heap");
  }
}
