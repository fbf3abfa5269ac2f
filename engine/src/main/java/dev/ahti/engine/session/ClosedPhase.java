package dev.ahti.engine.session;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.wire.Capsule;
import java.util.List;

/**
 * The session is closed and the application knows it; our half of the CONNECT stream has its FIN.
 * What is left is to see the peer's half off.
 *
 * @param peerClosed whether the peer's CLOSE was read, so that nothing may follow
 * @param connectEnded whether the peer's half has ended too
 */
record ClosedPhase(boolean peerClosed, boolean connectEnded) implements OverPhase {

  private static final ClosedPhase ENDED = new ClosedPhase(true, true);

  @Override
  public SessionMachine.State state() {
    return SessionMachine.State.CLOSED;
  }

  @Override
  public Next capsule(Capsule capsule) {
    if (peerClosed) {
      // Nothing may follow a CLOSE (h3-16 6).
      return reset(Http3ErrorCode.H3_MESSAGE_ERROR);
    }
    // Both sides may close at the same time; each application keeps the close it made itself.
    return capsule instanceof Capsule.CloseSession
        ? new Next(new ClosedPhase(true, connectEnded), List.of())
        : ignore();
  }

  @Override
  public Next violated(Violation violation) {
    return reset(violation.code());
  }

  @Override
  public Next peerFinished() {
    return new Next(ENDED, List.of());
  }

  @Override
  public Next peerReset(long code) {
    return new Next(ENDED, List.of());
  }

  @Override
  public Next connectionLost(String why) {
    return new Next(ENDED, List.of());
  }

  @Override
  public Next localAbort(long wireCode, String why) {
    return reset(wireCode);
  }

  private Next reset(long wireCode) {
    return connectEnded
        ? ignore()
        : new Next(
            ENDED,
            List.of(
                new SessionEffect.ResetConnect(wireCode), new SessionEffect.StopConnect(wireCode)));
  }
}
