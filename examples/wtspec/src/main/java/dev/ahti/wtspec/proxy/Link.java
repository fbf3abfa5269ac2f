package dev.ahti.wtspec.proxy;

import java.util.ArrayDeque;
import java.util.SplittableRandom;

/**
 * One direction of a network: decides what becomes of each packet. Pure, but for what it remembers:
 * time is told, and the same seed, packets and times give the same fates.
 *
 * <p>Packets keep their order: what is decided later arrives no earlier.
 */
final class Link {
  private static final long SECOND = 1_000_000_000L;

  private final Impairment impairment;
  private final GilbertElliott loss;
  private final long delay;
  private final ArrayDeque<Long> sendings = new ArrayDeque<>();

  Link(Impairment impairment, long seed) {
    this.impairment = impairment;
    loss = new GilbertElliott(impairment.loss(), new SplittableRandom(seed).nextLong());
    delay = impairment.delay().toNanos();
  }

  /**
   * The fate of a packet.
   *
   * @param now nanoseconds from the start of the link, never falling
   * @param bytes how long it is
   */
  Fate admit(long now, int bytes) {
    // Chance is asked for every packet: a black-out or a full queue must not shift what follows.
    boolean lost = loss.loses();
    if (impairment.blackOuts().stream().anyMatch(blackOut -> blackOut.covers(now))) {
      return Fate.dropped(Fate.Kind.BLACKED_OUT);
    }
    if (lost) {
      return Fate.dropped(Fate.Kind.LOST);
    }
    if (impairment.rate().isEmpty()) {
      return new Fate(Fate.Kind.FORWARDED, now + delay);
    }
    Rate rate = impairment.rate().get();
    while (!sendings.isEmpty() && sendings.peekFirst() <= now) {
      sendings.removeFirst();
    }
    if (sendings.size() >= rate.queuePackets()) {
      return Fate.dropped(Fate.Kind.QUEUE_FULL);
    }
    long begin = sendings.isEmpty() ? now : sendings.peekLast();
    long sent = begin + Math.max(1, bytes * SECOND / rate.bytesPerSecond());
    sendings.addLast(sent);
    return new Fate(Fate.Kind.FORWARDED, sent + delay);
  }
}
