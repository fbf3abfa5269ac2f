package dev.ahti.engine.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.DatagramLimits;
import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.DatagramStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** Datagrams over a link: rings, bounds, and chance that a seed repeats. */
class MemoryDatagramsTest {
  private static final DatagramLimits TEN_MILLIS =
      new DatagramLimits(100, Duration.ofMillis(10).toNanos(), 100);

  private static List<String> received(long seed, LinkConditions conditions) {
    BareLink bare =
        new BareLink(seed, MemorySettings.DEFAULT.withDatagrams(1200, 2000), conditions);
    DatagramPort near = bare.clientDatagrams();
    DatagramPort far = bare.serverDatagrams();
    for (int i = 0; i < 1000; i++) {
      near.offer(ByteString.fromString("" + i));
      bare.advance(1);
    }
    bare.advance(1000);
    return BareLink.polled(far);
  }

  private static List<String> sent() {
    return IntStream.range(0, 1000).mapToObj(Integer::toString).toList();
  }

  @Test
  void arriveAllAndInOrderOnAPerfectLink() {
    assertEquals(sent(), received(1, LinkConditions.PERFECT));
  }

  @Test
  void areLostByTheSeed() {
    LinkConditions lossy = LinkConditions.PERFECT.withLoss(0.3);
    List<String> first = received(7, lossy);
    assertEquals(first, received(7, lossy));
    assertNotEquals(first, received(8, lossy));
    assertTrue(first.size() > 600 && first.size() < 800, "arrived: " + first.size());
  }

  @Test
  void areReorderedByTheSeedAndNotLost() {
    LinkConditions late = LinkConditions.PERFECT.withReordering(0.2, Duration.ofMillis(5));
    List<String> first = received(7, late);
    assertEquals(first, received(7, late));
    assertNotEquals(sent(), first);
    assertEquals(sent().stream().sorted().toList(), first.stream().sorted().toList());
  }

  @Test
  void areDuplicatedByTheSeed() {
    LinkConditions twice = LinkConditions.PERFECT.withDuplication(0.1);
    List<String> first = received(7, twice);
    assertEquals(first, received(7, twice));
    assertTrue(first.size() > 1050 && first.size() < 1150, "arrived: " + first.size());
    assertEquals(1000, first.stream().distinct().count());
  }

  @Test
  void makeRoomForTheNewestWhenNobodyReads() {
    BareLink bare =
        new BareLink(1, MemorySettings.DEFAULT.withDatagrams(1200, 2), LinkConditions.PERFECT);
    DatagramPort near = bare.clientDatagrams();
    DatagramPort far = bare.serverDatagrams();
    for (String text : List.of("a", "b", "c")) {
      near.offer(ByteString.fromString(text));
      bare.idle();
    }
    assertEquals(2, bare.network.gauges().level(Gauges.DATAGRAMS_WAITING).value());
    assertEquals(new DatagramStats(3, 1, 0, 0, 0), far.stats());
    assertEquals(List.of("b", "c"), BareLink.polled(far));
    assertEquals(0, bare.network.gauges().level(Gauges.DATAGRAMS_WAITING).value());
  }

  @Test
  void waitWhileTheTransportTakesNoneAndTheOldestGoWhenTheWriterDoesNot() {
    BareLink bare =
        new BareLink(1, MemorySettings.DEFAULT.withDatagrams(1200, 2), LinkConditions.PERFECT);
    DatagramPort near = bare.clientDatagrams();
    DatagramPort far = bare.serverDatagrams();
    AtomicInteger woken = new AtomicInteger();
    near.onWritable(woken::incrementAndGet);
    bare.link.client().holdDatagrams(true);
    bare.idle();
    assertTrue(near.offer(ByteString.fromString("dropped")));
    assertFalse(near.offer(ByteString.fromString("a")));
    assertFalse(near.offer(ByteString.fromString("b")));
    bare.idle();
    assertEquals(0, woken.get());
    bare.link.client().holdDatagrams(false);
    bare.idle();
    assertEquals(1, woken.get());
    assertEquals(List.of("a", "b"), BareLink.polled(far));
    assertEquals(new DatagramStats(0, 0, 2, 1, 0), near.stats());
    assertEquals(2, bare.network.gauges().counter(Gauges.DATAGRAMS_SENT).value());
  }

  @Test
  void thatNobodyTakesInTimeAreCountedAndGone() {
    BareLink bare = new BareLink();
    DatagramPort near = bare.clientDatagrams();
    DatagramPort far = bare.serverDatagrams();
    far.limitIncoming(TEN_MILLIS);
    near.offer(ByteString.fromString("old"));
    bare.advance(9);
    near.offer(ByteString.fromString("new"));
    bare.advance(2);
    assertEquals(List.of("new"), BareLink.polled(far));
    assertEquals(1, bare.network.gauges().counter(Gauges.DATAGRAMS_EXPIRED_INCOMING).value());
  }

  @Test
  void thatTheTransportDoesNotTakeInTimeAreCountedAndNotSent() {
    BareLink bare = new BareLink();
    DatagramPort near = bare.clientDatagrams();
    DatagramPort far = bare.serverDatagrams();
    near.limitOutgoing(TEN_MILLIS);
    bare.link.client().holdDatagrams(true);
    bare.idle();
    near.offer(ByteString.fromString("old"));
    bare.advance(9);
    near.offer(ByteString.fromString("new"));
    bare.advance(2);
    bare.link.client().holdDatagrams(false);
    bare.idle();
    assertEquals(List.of("new"), BareLink.polled(far));
    assertEquals(1, bare.network.gauges().counter(Gauges.DATAGRAMS_EXPIRED_OUTGOING).value());
  }

  @Test
  void areDroppedWhenTheyAreTooLarge() {
    BareLink bare = new BareLink();
    DatagramPort near = bare.clientDatagrams();
    DatagramPort far = bare.serverDatagrams();
    assertTrue(near.offer(BareLink.zeros(near.maxSize() + 1)));
    assertTrue(near.offer(BareLink.zeros(near.maxSize())));
    bare.idle();
    assertEquals(new DatagramStats(0, 0, 1, 0, 1), near.stats());
    assertEquals(1, BareLink.polled(far).size());
  }

  @Test
  void wakeAnArmedReaderOnce() {
    BareLink bare = new BareLink();
    DatagramPort near = bare.clientDatagrams();
    DatagramPort far = bare.serverDatagrams();
    AtomicInteger woken = new AtomicInteger();
    far.onReadable(woken::incrementAndGet);
    near.offer(ByteString.fromString("not armed"));
    bare.idle();
    assertEquals(0, woken.get());
    assertEquals(List.of("not armed"), BareLink.polled(far));
    near.offer(ByteString.fromString("a"));
    near.offer(ByteString.fromString("b"));
    bare.idle();
    assertEquals(1, woken.get());
  }

  @Test
  void waitForTheirSessionWithinABound() {
    BareLink bare = new BareLink();
    DatagramPort near = bare.clientDatagrams();
    List<String> newest = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      near.offer(ByteString.fromString("" + i));
      bare.idle();
      if (i >= 4) {
        newest.add("" + i);
      }
    }
    assertEquals(16, bare.network.gauges().level(Gauges.EARLY_DATAGRAMS).value());
    assertEquals(4, bare.network.gauges().counter(Gauges.EARLY_DATAGRAMS_DROPPED).value());
    assertEquals(newest, BareLink.polled(bare.serverDatagrams()));
    assertEquals(0, bare.network.gauges().level(Gauges.EARLY_DATAGRAMS).value());
  }

  @Test
  void endWithTheConnectionAndWakeBothSides() {
    BareLink bare = new BareLink();
    DatagramPort far = bare.serverDatagrams();
    AtomicInteger woken = new AtomicInteger();
    far.onReadable(woken::incrementAndGet);
    far.onWritable(() -> woken.addAndGet(10));
    bare.link.cut("gone");
    bare.idle();
    assertEquals("gone", far.ended());
    assertEquals(11, woken.get());
    assertFalse(far.offer(ByteString.fromString("refused")));
    assertEquals(0, far.stats().sent());
  }
}
