package dev.ahti.engine.actor;

/** A call was refused because as many as may wait for the same do already. */
public final class TooManyCalls extends SessionFailure {
  private static final long serialVersionUID = 1L;

  TooManyCalls(String what, int capacity) {
    super(what + ": " + capacity + " calls wait already (the limit)");
  }
}
