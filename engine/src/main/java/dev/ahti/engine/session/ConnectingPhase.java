package dev.ahti.engine.session;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.wire.Capsule;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The request is under way. Capsules that a client sends without waiting for the answer are held,
 * at most {@link SessionTraits#heldBytes()}, until the session is established (h3-16 3.2).
 *
 * @param traits what the session has
 * @param held capsules in wire order
 * @param heldBytes what they took on the wire
 * @param finished whether a client has already ended its half
 * @param peerDrains whether the peer has sent GOAWAY
 * @param localDrains whether we want the session wound up once it is open
 */
record ConnectingPhase(
    Role role,
    SessionTraits traits,
    List<Capsule> held,
    long heldBytes,
    boolean finished,
    boolean peerDrains,
    boolean localDrains)
    implements SessionPhase {

  static ConnectingPhase start(Role role, SessionTraits traits) {
    return new ConnectingPhase(role, traits, List.of(), 0, false, false, false);
  }

  @Override
  public SessionMachine.State state() {
    return SessionMachine.State.CONNECTING;
  }

  @Override
  public boolean connectEnded() {
    return false;
  }

  @Override
  public Next established() {
    List<SessionEffect> effects = new ArrayList<>();
    effects.add(new SessionEffect.NotifyReady());
    SessionPhase phase = new OpenPhase(traits, false, false);
    if (localDrains) {
      phase = add(phase.localDrain(), effects);
    }
    if (peerDrains) {
      phase = add(phase.peerGoAway(), effects);
    }
    for (Capsule capsule : held) {
      phase = add(phase.capsule(capsule), effects);
    }
    if (finished) {
      phase = add(phase.peerFinished(), effects);
    }
    return new Next(phase, effects);
  }

  private static SessionPhase add(Next next, List<SessionEffect> effects) {
    effects.addAll(next.effects());
    return next.phase();
  }

  @Override
  public Next refused(int status, String why) {
    // A server may stop a request it has answered with H3_NO_ERROR (RFC 9114 4.1).
    long stop =
        role == Role.SERVER ? Http3ErrorCode.H3_NO_ERROR : Http3ErrorCode.H3_REQUEST_CANCELLED;
    return new Next(
        FailedPhase.INSTANCE,
        List.of(
            new SessionEffect.FinishConnect(),
            new SessionEffect.StopConnect(stop),
            SessionPhase.endStreams(),
            new SessionEffect.NotifyFailed(why, OptionalInt.of(status))));
  }

  @Override
  public Next capsule(Capsule capsule) {
    long bytes = heldBytes + capsule.encode().length();
    if (bytes <= traits.heldBytes()) {
      List<Capsule> longer = new ArrayList<>(held);
      longer.add(capsule);
      return stay(List.copyOf(longer), bytes, finished, peerDrains, localDrains);
    }
    // A datagram may be lost at any time, other capsules may not.
    return capsule instanceof Capsule.DatagramCapsule
        ? ignore()
        : SessionPhase.fail(
            Http3ErrorCode.H3_EXCESSIVE_LOAD, "too many capsules before the request was answered");
  }

  @Override
  public Next violated(Violation violation) {
    return SessionPhase.fail(violation.code(), violation.message());
  }

  @Override
  public Next peerFinished() {
    return role == Role.SERVER
        ? stay(held, heldBytes, true, peerDrains, localDrains)
        : SessionPhase.fail(
            Http3ErrorCode.H3_REQUEST_CANCELLED, "the server ended the stream without an answer");
  }

  @Override
  public Next peerReset(long code) {
    return SessionPhase.failAfterPeerReset(Http3ErrorCode.H3_REQUEST_CANCELLED, code);
  }

  @Override
  public Next peerGoAway() {
    return stay(held, heldBytes, finished, true, localDrains);
  }

  @Override
  public Next connectionLost(String why) {
    return SessionPhase.failWithConnection(why);
  }

  @Override
  public Next localClose(long code, String reason) {
    return SessionPhase.fail(
        Http3ErrorCode.H3_REQUEST_CANCELLED, "the session was closed before it was established");
  }

  @Override
  public Next localDrain() {
    return stay(held, heldBytes, finished, peerDrains, true);
  }

  /** Grants begin with the session: limits are cumulative, so none is lost by waiting. */
  @Override
  public Next localFlow(Capsule capsule) {
    return ignore();
  }

  @Override
  public Next localAbort(long wireCode, String why) {
    return SessionPhase.fail(wireCode, why);
  }

  private Next stay(
      List<Capsule> capsules, long bytes, boolean clientFinished, boolean peer, boolean local) {
    return new Next(
        new ConnectingPhase(role, traits, capsules, bytes, clientFinished, peer, local), List.of());
  }
}
