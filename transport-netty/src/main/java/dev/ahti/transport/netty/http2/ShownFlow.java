package dev.ahti.transport.netty.http2;

import dev.ahti.engine.mux.StreamMux;

/** What the gauges of windows show of one session: its share is gone with it. Loop only. */
final class ShownFlow {
  private final FlowGauges gauges;
  private final StreamMux mux;
  private long credit;
  private long grants;
  private long blocks;
  private int waiting;
  private int streams;
  private boolean open;

  ShownFlow(FlowGauges gauges, StreamMux mux) {
    this.gauges = gauges;
    this.mux = mux;
  }

  /** The session has begun. */
  void begin() {
    open = true;
    gauges.sessions.increment();
    show();
  }

  /** One stream more has bytes to send, or one less. */
  void sends(int more) {
    streams += more;
  }

  /** Shows what the windows have come to. */
  void show() {
    if (!open) {
      return;
    }
    long credit = mux.receivable();
    int waiting = mux.isSessionBlocked() ? streams : 0;
    gauges.receiveCredit.add(credit - this.credit);
    gauges.streamsWaiting.add(waiting - this.waiting);
    gauges.grants.add(mux.grants() - grants);
    gauges.blocked.add(mux.blocks() - blocks);
    this.credit = credit;
    this.waiting = waiting;
    grants = mux.grants();
    blocks = mux.blocks();
  }

  /** The peer broke a rule, perhaps one of the windows. */
  void violated() {
    if (mux.isLimitBroken()) {
      gauges.violations.increment();
    }
  }

  /** The session has ended. A second time does nothing. */
  void end() {
    if (open) {
      show();
      open = false;
      gauges.sessions.decrement();
      gauges.receiveCredit.add(-credit);
      gauges.streamsWaiting.add(-waiting);
    }
  }
}
