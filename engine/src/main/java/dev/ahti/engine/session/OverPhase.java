package dev.ahti.engine.session;

import dev.ahti.engine.wire.Capsule;

/** The session is over and the application knows it: what either side still wants has no effect. */
sealed interface OverPhase extends SessionPhase permits ClosedPhase, FailedPhase {

  @Override
  default Next established() {
    return ignore();
  }

  @Override
  default Next refused(int status, String why) {
    return ignore();
  }

  @Override
  default Next peerGoAway() {
    return ignore();
  }

  @Override
  default Next localClose(long code, String reason) {
    return ignore();
  }

  @Override
  default Next localDrain() {
    return ignore();
  }

  @Override
  default Next localFlow(Capsule capsule) {
    return ignore();
  }
}
