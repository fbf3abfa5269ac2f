package dev.ahti.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.session.EarlyArrivals.Arrival;
import dev.ahti.engine.session.EarlyArrivals.EarlyDatagram;
import dev.ahti.engine.session.EarlyArrivals.EarlyStream;
import dev.ahti.engine.session.EarlyArrivals.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("draft-ietf-webtrans-http3-16 4.6: streams and datagrams before their session")
class EarlyArrivalsTest {

  private static final long SECOND = 1_000_000_000L;

  private final EarlyArrivals<String> early = new EarlyArrivals<>(Limits.DEFAULT);

  private static ByteString bytes(int count) {
    return ByteString.fromArray(new byte[count]);
  }

  private static Arrival<String> stream(String name) {
    return new EarlyStream<>(name);
  }

  private static Arrival<String> datagram(int count) {
    return new EarlyDatagram<>(bytes(count));
  }

  @Test
  void handsOverWhatCameForASessionInTheOrderOfArrival() {
    early.addStream(0, "a", 1);
    early.addDatagram(0, bytes(1), 2);
    early.addStream(4, "other", 3);
    early.addStream(0, "b", 4);
    early.addDatagram(4, bytes(2), 5);
    early.addDatagram(0, bytes(3), 6);
    assertEquals(List.of(stream("a"), datagram(1), stream("b"), datagram(3)), early.take(0));
    assertEquals(List.of(), early.take(0));
    assertEquals(List.of(stream("other"), datagram(2)), early.take(4));
    assertEmpty();
  }

  @Test
  void rejectsTheStreamOverTheBound() {
    for (int i = 0; i < 24; i++) {
      assertEquals(List.of(), early.addStream(4L * i, "s" + i, 0));
    }
    assertEquals(List.of("late"), early.addStream(0, "late", 0));
    assertEquals(24, early.streams());
    early.take(0);
    assertEquals(List.of(), early.addStream(0, "in time", 0));
  }

  @Test
  void dropsTheOldestDatagramOverTheBound() {
    for (int i = 0; i < 16; i++) {
      assertEquals(0, early.addDatagram(0, bytes(i), 0));
    }
    early.addStream(0, "kept", 0);
    assertEquals(1, early.addDatagram(0, bytes(16), 0));
    List<Arrival<String>> expected = new ArrayList<>();
    for (int i = 1; i < 16; i++) {
      expected.add(datagram(i));
    }
    expected.add(stream("kept"));
    expected.add(datagram(16));
    assertEquals(expected, early.take(0));
  }

  @Test
  void dropsTheOldestDatagramsOverTheBoundOfBytes() {
    early.addDatagram(0, bytes(10_000), 0);
    early.addDatagram(4, bytes(10_000), 0);
    assertEquals(0, early.addDatagram(0, bytes(4_576), 0));
    assertEquals(24 * 1024, early.datagramBytes());
    assertEquals(2, early.addDatagram(0, bytes(20_000), 0));
    assertEquals(List.of(datagram(4_576), datagram(20_000)), early.take(0));
    assertEmpty();
  }

  @Test
  void dropsADatagramThatCanNeverFitAndNoOther() {
    early.addDatagram(0, bytes(1), 0);
    assertEquals(1, early.addDatagram(0, bytes(24 * 1024 + 1), 0));
    assertEquals(List.of(datagram(1)), early.take(0));
  }

  @Test
  void holdsEmptyDatagrams() {
    for (int i = 0; i < 17; i++) {
      assertEquals(i / 16, early.addDatagram(0, bytes(0), 0));
    }
    assertEquals(16, early.datagrams());
  }

  @Test
  void forgetsWhatHasWaitedForFiveSeconds() {
    early.addStream(0, "first", 0);
    early.addDatagram(0, bytes(1), SECOND);
    early.addStream(4, "second", 2 * SECOND);
    assertEquals(OptionalLong.of(5 * SECOND), early.nextPurgeNanos());
    assertEquals(List.of(), early.purge(5 * SECOND - 1));
    assertEquals(List.of("first"), early.purge(5 * SECOND));
    assertEquals(OptionalLong.of(6 * SECOND), early.nextPurgeNanos());
    assertEquals(List.of("second"), early.purge(7 * SECOND));
    assertEmpty();
  }

  @Test
  void countsTimeOverTheEndOfTheClock() {
    long start = Long.MAX_VALUE - SECOND;
    early.addStream(0, "a", start);
    assertEquals(List.of(), early.purge(start));
    assertEquals(List.of(), early.purge(start + 4 * SECOND));
    assertEquals(List.of("a"), early.purge(start + 5 * SECOND));
  }

  @Test
  void forgetsAStreamThatEndedMeanwhile() {
    early.addStream(0, "a", 0);
    early.addStream(0, "b", 0);
    assertTrue(early.removeStream("a"));
    assertFalse(early.removeStream("a"));
    assertEquals(List.of(stream("b")), early.take(0));
    assertEmpty();
  }

  @Test
  void givesBackEverythingWhenTheConnectionEnds() {
    early.addStream(0, "a", 0);
    early.addDatagram(0, bytes(1), 0);
    early.addStream(4, "b", 0);
    assertEquals(List.of("a", "b"), early.clear());
    assertEmpty();
  }

  @Test
  void holdsNothingIfToldSo() {
    EarlyArrivals<String> none = new EarlyArrivals<>(new Limits(0, 0, 0, 0));
    assertEquals(List.of("a"), none.addStream(0, "a", 0));
    assertEquals(1, none.addDatagram(0, bytes(0), 0));
    assertEquals(OptionalLong.empty(), none.nextPurgeNanos());
  }

  @Test
  void refusesNegativeLimits() {
    assertThrows(IllegalArgumentException.class, () -> new Limits(-1, 0, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new Limits(0, -1, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new Limits(0, 0, -1, 0));
    assertThrows(IllegalArgumentException.class, () -> new Limits(0, 0, 0, -1));
  }

  private void assertEmpty() {
    assertEquals(0, early.streams());
    assertEquals(0, early.datagrams());
    assertEquals(0, early.datagramBytes());
    assertEquals(OptionalLong.empty(), early.nextPurgeNanos());
  }
}
