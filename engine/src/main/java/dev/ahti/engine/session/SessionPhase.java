package dev.ahti.engine.session;

import dev.ahti.engine.error.Violation;
import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.wire.Capsule;
import java.util.List;
import java.util.OptionalInt;

/** A state of {@link SessionMachine} with what it has to remember: one answer for each input. */
sealed interface SessionPhase permits ConnectingPhase, OpenPhase, OverPhase {

  /** The phase to go on with, and what to do. */
  record Next(SessionPhase phase, List<SessionEffect> effects) {}

  SessionMachine.State state();

  boolean connectEnded();

  Next established();

  Next refused(int status, String why);

  Next capsule(Capsule capsule);

  Next violated(Violation violation);

  Next peerFinished();

  Next peerReset(long code);

  Next peerGoAway();

  Next connectionLost(String why);

  Next localClose(long code, String reason);

  Next localDrain();

  Next localFlow(Capsule capsule);

  Next localAbort(long wireCode, String why);

  /** Stays in this phase and does nothing. */
  default Next ignore() {
    return new Next(this, List.of());
  }

  /** All streams of the session end with this code, whatever ended the session (h3-16 6). */
  static SessionEffect endStreams() {
    return new SessionEffect.EndStreams(WebTransportErrorCode.WT_SESSION_GONE);
  }

  /** The session fails, and both halves of the CONNECT stream end with a code. */
  static Next fail(long wireCode, String why) {
    return new Next(
        FailedPhase.INSTANCE,
        List.of(
            new SessionEffect.ResetConnect(wireCode),
            new SessionEffect.StopConnect(wireCode),
            endStreams(),
            new SessionEffect.NotifyFailed(why, OptionalInt.empty())));
  }

  /**
   * The session fails because the peer reset its half, or stopped ours. After the first only ours
   * is left to end, after the second only the peer's; to end the other again does nothing.
   */
  static Next failAfterPeerReset(long ourCode, long peerCode) {
    return new Next(
        FailedPhase.INSTANCE,
        List.of(
            new SessionEffect.ResetConnect(ourCode),
            new SessionEffect.StopConnect(ourCode),
            endStreams(),
            new SessionEffect.NotifyFailed(
                "the peer reset the session's stream with 0x" + Long.toHexString(peerCode),
                OptionalInt.empty())));
  }

  /** The session fails with its connection: there is nothing left to send on. */
  static Next failWithConnection(String why) {
    return new Next(
        FailedPhase.INSTANCE,
        List.of(endStreams(), new SessionEffect.NotifyFailed(why, OptionalInt.empty())));
  }
}
