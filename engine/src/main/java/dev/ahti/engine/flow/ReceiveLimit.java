package dev.ahti.engine.flow;

/** What we let the peer send, bytes or streams: what was granted, came, and was consumed. */
final class ReceiveLimit {
  private final long configured;
  private final long most;
  private WindowPolicy policy;
  private long granted;
  private long received;
  private long consumed;

  ReceiveLimit(long initial, long most) {
    this.configured = Math.max(1, initial);
    this.most = most;
    this.policy = new WindowPolicy(configured, most);
    this.granted = initial;
  }

  long granted() {
    return granted;
  }

  long received() {
    return received;
  }

  /** What the peer may still send. Never below zero for one that keeps to the limit. */
  long outstanding() {
    return granted - received;
  }

  /** Counts what came; whether the peer has kept to the limit. */
  boolean receive(long amount) {
    received += amount;
    return received <= granted;
  }

  /** Counts what was consumed. */
  void consume(long amount) {
    // Saturates: counts of things that nobody saw are upper bounds, and a sum of them may be large.
    consumed = amount > Long.MAX_VALUE / 2 - consumed ? Long.MAX_VALUE / 2 : consumed + amount;
  }

  /**
   * Makes the window as large as this, at least as large as configured, and grants a whole one at
   * once; whether the limit has risen. A smaller one takes nothing back.
   */
  boolean window(long wanted) {
    policy = new WindowPolicy(Math.max(configured, wanted), most);
    long before = granted;
    granted = Math.max(granted, Math.min(most, consumed + policy.window()));
    return granted > before;
  }

  /** Grants what the policy says; whether the limit has risen. */
  boolean refill() {
    long before = granted;
    granted = policy.next(granted, consumed);
    return granted > before;
  }
}
