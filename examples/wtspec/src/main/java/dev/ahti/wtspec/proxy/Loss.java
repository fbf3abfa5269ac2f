package dev.ahti.wtspec.proxy;

/**
 * Loss in bursts.
 *
 * @param share how many of all packets are lost in the long run: 0.02 is 2 %
 * @param burst how many packets in a row are lost on average, one or more
 */
public record Loss(double share, double burst) {

  /** Nothing is lost. */
  public static final Loss NONE = new Loss(0, 1);

  public Loss {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: 0 or more, below 1)");
    }
    // A burst ends with probability 1/burst; a good run must be able to begin one often enough.
    if (!(burst >= 1 && burst * (1 - share) >= share)) {
      throw new IllegalArgumentException("burst: " + burst + " (expected: longer)");
    }
  }
}
