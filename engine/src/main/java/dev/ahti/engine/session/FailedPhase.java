package dev.ahti.engine.session;

import dev.ahti.engine.error.Violation;
import dev.ahti.engine.wire.Capsule;

/** The session has failed and its CONNECT stream is reset: whatever comes, came too late. */
enum FailedPhase implements SessionPhase {
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
  public Next established() {
    return ignore();
  }

  @Override
  public Next refused(int status, String why) {
    return ignore();
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
  public Next peerGoAway() {
    return ignore();
  }

  @Override
  public Next connectionLost(String why) {
    return ignore();
  }

  @Override
  public Next localClose(long code, String reason) {
    return ignore();
  }

  @Override
  public Next localDrain() {
    return ignore();
  }

  @Override
  public Next localFlow(Capsule capsule) {
    return ignore();
  }

  @Override
  public Next localAbort(long wireCode, String why) {
    return ignore();
  }
}
