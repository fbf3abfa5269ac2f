package dev.ahti.engine.session;

import dev.ahti.engine.error.Violation;
import dev.ahti.engine.wire.Capsule;

/** The session has failed and its CONNECT stream is reset: whatever comes, came too late. */
enum FailedPhase implements OverPhase {
  INSTANCE;

  @Override
  public SessionMachine.State state() {
    return SessionMachine.State.FAILED;
  }

  @Override
  public boolean connectEnded() {
    return true;
  }

  @Override
  public Next capsule(Capsule capsule) {
    return ignore();
  }

  @Override
  public Next violated(Violation violation) {
    return ignore();
  }

  @Override
  public Next peerFinished() {
    return ignore();
  }

  @Override
  public Next peerReset(long code) {
    return ignore();
  }

  @Override
  public Next connectionLost(String why) {
    return ignore();
  }

  @Override
  public Next localAbort(long wireCode, String why) {
    return ignore();
  }
}
