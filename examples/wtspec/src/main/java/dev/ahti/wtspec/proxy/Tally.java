package dev.ahti.wtspec.proxy;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** Counts one direction: one thread writes, any reads. */
final class Tally {
  private final LongAdder bytes = new LongAdder();
  private final LongAdder[] kinds =
      Stream.generate(LongAdder::new).limit(Fate.Kind.values().length).toArray(LongAdder[]::new);

  void count(Fate.Kind kind, int length) {
    bytes.add(length);
    adder(kind).increment();
  }

  Counters counters() {
    long forwarded = adder(Fate.Kind.FORWARDED).sum();
    long lost = adder(Fate.Kind.LOST).sum();
    long blackedOut = adder(Fate.Kind.BLACKED_OUT).sum();
    long queueFull = adder(Fate.Kind.QUEUE_FULL).sum();
    return new Counters(
        forwarded + lost + blackedOut + queueFull,
        bytes.sum(),
        forwarded,
        lost,
        blackedOut,
        queueFull);
  }

  private LongAdder adder(Fate.Kind kind) {
    return kinds[kind.ordinal()];
  }
}
