package dev.ahti.engine.address;

/**
 * Whether a destination may be reached.
 *
 * @param allowed whether it may
 * @param why the rule that says so, or what no rule says
 */
public record Verdict(boolean allowed, String why) {

  static Verdict allow(String why) {
    return new Verdict(true, why);
  }

  static Verdict deny(String why) {
    return new Verdict(false, why);
  }
}
