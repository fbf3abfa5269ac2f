package dev.ahti.wtspec.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.wtspec.proxy.Fate.Kind;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of packets, on a clock that the test moves. */
class LinkTest {
  private static final long MS = 1_000_000;
  private static final int PACKETS = 100_000;

  private static List<Kind> run(Impairment impairment, long seed, int packets) {
    Link link = new Link(impairment, seed);
    return IntStream.range(0, packets).mapToObj(i -> link.admit(i * MS, 1200).kind()).toList();
  }

  @Test
  void perfectLinkForwardsAtOnce() {
    assertEquals(new Fate(Kind.FORWARDED, 7), new Link(Impairment.NONE, 1).admit(7, 1200));
  }

  @Test
  void delayIsAddedToEachPacket() {
    Link link = new Link(Impairment.NONE.withDelay(Duration.ofMillis(15)), 1);
    assertEquals(new Fate(Kind.FORWARDED, 15 * MS), link.admit(0, 1200));
    assertEquals(new Fate(Kind.FORWARDED, 17 * MS), link.admit(2 * MS, 1200));
  }

  @Test
  void sameSeedLosesTheSamePackets() {
    Impairment lossy = Impairment.NONE.withLoss(0.3, 3);
    assertEquals(run(lossy, 42, 1000), run(lossy, 42, 1000));
    assertNotEquals(run(lossy, 42, 1000), run(lossy, 43, 1000));
  }

  @Test
  void lossHasItsShareAndItsBursts() {
    for (double[] of : new double[][] {{0.02, 3}, {0.3, 3}, {0.05, 1}, {0.1, 1}}) {
      List<Kind> fates = run(Impairment.NONE.withLoss(of[0], of[1]), 7, PACKETS);
      long lost = fates.stream().filter(Kind.LOST::equals).count();
      long bursts =
          IntStream.range(0, PACKETS)
              .filter(i -> fates.get(i) == Kind.LOST)
              .filter(i -> i == 0 || fates.get(i - 1) != Kind.LOST)
              .count();
      assertEquals(of[0], (double) lost / PACKETS, of[0] * 0.1);
      assertEquals(of[1], (double) lost / bursts, of[1] * 0.1);
    }
  }

  @Test
  void nothingIsLostWhereNothingShouldBe() {
    assertEquals(
        PACKETS, run(Impairment.NONE, 3, PACKETS).stream().filter(Kind.FORWARDED::equals).count());
  }

  @Test
  void rateSpacesPacketsAndItsQueueIsBounded() {
    // 1,200 bytes at 1,200,000 bytes a second take a millisecond; two may wait or be sent.
    Link link = new Link(Impairment.NONE.withRate(1_200_000, 2), 1);
    assertEquals(new Fate(Kind.FORWARDED, MS), link.admit(0, 1200));
    assertEquals(new Fate(Kind.FORWARDED, 2 * MS), link.admit(0, 1200));
    assertEquals(Kind.QUEUE_FULL, link.admit(0, 1200).kind());
    assertEquals(Kind.QUEUE_FULL, link.admit(MS - 1, 1200).kind());
    assertEquals(new Fate(Kind.FORWARDED, 3 * MS), link.admit(MS, 1200));
    assertEquals(new Fate(Kind.FORWARDED, 10 * MS + MS / 2), link.admit(10 * MS, 600));
  }

  @Test
  void delayComesBehindTheRate() {
    Link link =
        new Link(Impairment.NONE.withRate(1_200_000, 5).withDelay(Duration.ofMillis(15)), 1);
    assertEquals(16 * MS, link.admit(0, 1200).at());
    assertEquals(17 * MS, link.admit(0, 1200).at());
  }

  @Test
  void blackOutsComeAndGo() {
    Impairment holes =
        Impairment.NONE.withBlackOut(BlackOut.repeated(Duration.ofMillis(5), Duration.ofMillis(2)));
    List<Kind> fates = run(holes, 1, 14);
    for (int ms = 0; ms < 14; ms++) {
      assertEquals(ms % 7 < 5 ? Kind.FORWARDED : Kind.BLACKED_OUT, fates.get(ms), "at " + ms);
    }
  }

  @Test
  void singleBlackOutEnds() {
    Impairment hole =
        Impairment.NONE.withBlackOut(BlackOut.once(Duration.ofMillis(1), Duration.ofMillis(2)));
    assertEquals(
        List.of(Kind.FORWARDED, Kind.BLACKED_OUT, Kind.BLACKED_OUT, Kind.FORWARDED),
        run(hole, 1, 4));
  }

  @Test
  void blackOutDoesNotShiftWhatIsLostLater() {
    Impairment lossy = Impairment.NONE.withLoss(0.3, 3);
    Impairment both = lossy.withBlackOut(BlackOut.once(Duration.ZERO, Duration.ofMillis(100)));
    assertEquals(run(lossy, 9, 1000).subList(100, 1000), run(both, 9, 1000).subList(100, 1000));
  }

  @Test
  void impossibleNetworksAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Loss(1, 1));
    assertThrows(IllegalArgumentException.class, () -> new Loss(-0.1, 1));
    assertThrows(IllegalArgumentException.class, () -> new Loss(0.1, 0.5));
    assertThrows(IllegalArgumentException.class, () -> new Loss(0.9, 1));
    assertThrows(IllegalArgumentException.class, () -> new Rate(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Rate(1, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new BlackOut(Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(1)));
    assertThrows(
        IllegalArgumentException.class, () -> Impairment.NONE.withDelay(Duration.ofMillis(-1)));
  }
}
