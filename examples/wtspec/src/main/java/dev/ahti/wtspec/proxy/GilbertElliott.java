package dev.ahti.wtspec.proxy;

import java.util.SplittableRandom;

/**
 * Loss by the model of Gilbert and Elliott: a good state that loses nothing and a bad one that
 * loses everything, changed by chance before each packet. Pure: the same seed gives the same run.
 */
final class GilbertElliott {
  private final SplittableRandom random;
  private final double worsens;
  private final double recovers;
  private boolean bad;

  GilbertElliott(Loss loss, long seed) {
    random = new SplittableRandom(seed);
    recovers = 1 / loss.burst();
    // In the long run the bad state's share is worsens / (worsens + recovers).
    worsens = recovers * loss.share() / (1 - loss.share());
  }

  /** Whether the next packet is lost. */
  boolean loses() {
    double chance = random.nextDouble();
    bad = bad ? chance >= recovers : chance < worsens;
    return bad;
  }
}
