package dev.ahti.engine.session;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.wire.Capsule;
import java.util.List;

/**
 * The session is open: CONNECTED, or DRAINING once either side has asked for its end.
 *
 * @param traits what the session has
 * @param peerDrains whether the peer has asked, by capsule or GOAWAY
 * @param localDrains whether we have asked
 */
record OpenPhase(SessionTraits traits, boolean peerDrains, boolean localDrains)
    implements SessionPhase {

  @Override
  public SessionMachine.State state() {
    return peerDrains || localDrains
        ? SessionMachine.State.DRAINING
        : SessionMachine.State.CONNECTED;
  }

  @Override
  public boolean connectEnded() {
    return false;
  }

  @Override
  public Next established() {
    return answeredTwice();
  }

  @Override
  public Next refused(int status, String why) {
    return answeredTwice();
  }

  private static Next answeredTwice() {
    // HTTP/3 has ruled out a second final answer by now, so this is our fault and not the peer's.
    return SessionPhase.fail(Http3ErrorCode.H3_INTERNAL_ERROR, "the request was answered twice");
  }

  @Override
  public Next capsule(Capsule capsule) {
    if (capsule instanceof Capsule.DatagramCapsule datagram) {
      return new Next(this, List.of(new SessionEffect.DeliverDatagram(datagram.payload())));
    }
    if (capsule instanceof Capsule.CloseSession close) {
      return closedByPeer(close, new ClosedPhase(true, false));
    }
    if (capsule instanceof Capsule.DrainSession) {
      return peerGoAway();
    }
    // Without flow control of the session its capsules mean nothing (h3-16 5.1).
    return traits.flowControlled()
        ? new Next(this, List.of(new SessionEffect.ApplyFlow(capsule)))
        : ignore();
  }

  @Override
  public Next violated(Violation violation) {
    return SessionPhase.fail(violation.code(), violation.message());
  }

  @Override
  public Next peerFinished() {
    return closedByPeer(new Capsule.CloseSession(0, ""), new ClosedPhase(true, true));
  }

  private static Next closedByPeer(Capsule.CloseSession close, ClosedPhase closed) {
    return new Next(
        closed,
        List.of(
            new SessionEffect.FinishConnect(),
            SessionPhase.endStreams(),
            new SessionEffect.NotifyClosed(close.code(), close.reason(), true)));
  }

  @Override
  public Next peerReset(long code) {
    return SessionPhase.failAfterPeerReset(WebTransportErrorCode.WT_SESSION_GONE, code);
  }

  @Override
  public Next peerGoAway() {
    return peerDrains
        ? ignore()
        : new Next(
            new OpenPhase(traits, true, localDrains), List.of(new SessionEffect.NotifyDraining()));
  }

  @Override
  public Next connectionLost(String why) {
    return SessionPhase.failWithConnection(why);
  }

  @Override
  public Next localClose(long code, String reason) {
    Capsule.CloseSession close = Capsule.CloseSession.of(code, reason);
    return new Next(
        new ClosedPhase(false, false),
        List.of(
            new SessionEffect.SendCapsule(close),
            new SessionEffect.FinishConnect(),
            SessionPhase.endStreams(),
            new SessionEffect.NotifyClosed(code, close.reason(), false)));
  }

  @Override
  public Next localDrain() {
    if (localDrains) {
      return ignore();
    }
    List<SessionEffect> effects =
        traits.hasDrain()
            ? List.of(new SessionEffect.SendCapsule(new Capsule.DrainSession()))
            : List.of();
    return new Next(new OpenPhase(traits, peerDrains, true), effects);
  }

  @Override
  public Next localFlow(Capsule capsule) {
    return new Next(this, List.of(new SessionEffect.SendCapsule(capsule)));
  }

  @Override
  public Next localAbort(long wireCode, String why) {
    return SessionPhase.fail(wireCode, why);
  }
}
