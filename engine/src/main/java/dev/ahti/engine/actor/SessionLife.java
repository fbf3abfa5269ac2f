package dev.ahti.engine.actor;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Scope;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.session.SessionInput;
import dev.ahti.engine.session.SessionMachine;
import dev.ahti.engine.session.Transition;
import dev.ahti.engine.spi.Inbound;
import dev.ahti.engine.spi.WriteEnd;
import java.util.function.Supplier;
import org.slf4j.Logger;

/**
 * A session's machine, what its CONNECT stream says to it, and the execution of what it says in
 * turn: the one place where the session's state changes. Used inside the session's actor only.
 */
final class SessionLife {
  private final Supplier<Logger> log;
  private final SessionSetup setup;
  private final ConnectStream connect;
  private final SessionEffects effects;
  private final Runnable whenOver;
  private SessionMachine machine;

  /**
   * Of a session whose request is under way.
   *
   * @param log the actor's, which it looks up for each message
   * @param flowControlled whether the session has flow control
   * @param whenOver called once, when the session has ended
   */
  SessionLife(
      Supplier<Logger> log,
      SessionSetup setup,
      ConnectStream connect,
      SessionEffects effects,
      boolean flowControlled,
      Runnable whenOver) {
    this.log = log;
    this.setup = setup;
    this.connect = connect;
    this.effects = effects;
    this.whenOver = whenOver;
    this.machine =
        SessionMachine.connecting(
            setup.role(),
            setup.dialect(),
            flowControlled,
            setup.settings().connectReadAhead(),
            setup.now());
  }

  /** Whether the request is under way. */
  boolean isConnecting() {
    return machine.state() == SessionMachine.State.CONNECTING;
  }

  /** Whether the session has ended, in whatever way. */
  boolean isOver() {
    return machine.state() == SessionMachine.State.CLOSED
        || machine.state() == SessionMachine.State.FAILED;
  }

  /** Whether nothing is left to send on the CONNECT stream, and nothing to see off. */
  boolean isDone() {
    boolean failed = machine.state() == SessionMachine.State.FAILED;
    boolean closed =
        machine.state() == SessionMachine.State.CLOSED
            && machine.connectEnded()
            && connect.writeEnd() != null;
    return failed || closed;
  }

  /** Takes an input and executes what comes of it. */
  void on(SessionInput input) {
    SessionMachine.State before = machine.state();
    boolean wasOver = isOver();
    Transition transition = machine.on(input, setup.now());
    machine = transition.next();
    if (before != machine.state()) {
      log.get()
          .debug("{} -> {} after {}", before, machine.state(), input.getClass().getSimpleName());
    }
    if (input instanceof SessionInput.Violated violated) {
      escalate(violated.violation());
    }
    transition.effects().forEach(effects::execute);
    if (!wasOver && isOver()) {
      setup.connection().tell(new ConnectionActor.SessionOver(setup.id()));
      effects.over();
      whenOver.run();
    }
  }

  private void escalate(Violation violation) {
    log.get().debug("{}", violation);
    if (violation.scope() == Scope.CONNECTION) {
      setup.connection().tell(new ConnectionActor.Close(violation.code(), violation.message()));
    }
  }

  /** Takes what can be read of the CONNECT stream; not before the session is established. */
  void read() {
    for (SessionInput input : connect.read(setup.now())) {
      on(input);
    }
  }

  /** The peer's half of the CONNECT stream has ended, and there was no answer before. */
  void endedUnanswered(Inbound end) {
    if (end instanceof Inbound.Reset reset) {
      if (reset.code() == Http3ErrorCode.H3_REQUEST_REJECTED
          && setup.opening() instanceof SessionOpening.Dialing dialing) {
        dialing.attempt().unserved("the server rejected the request (0x10b)");
      }
      on(new SessionInput.PeerReset(reset.code()));
    } else if (end instanceof Inbound.Lost lost) {
      on(new SessionInput.ConnectionLost(lost.why()));
    } else if (end instanceof Inbound.Stopped) {
      on(new SessionInput.ConnectionLost(ConnectStream.STOPPED_HERE));
    } else {
      on(new SessionInput.PeerFinished());
    }
  }

  /** Our half of the CONNECT stream may have ended. */
  void writeEnded() {
    if (machine.isOpen()) {
      // A peer that closes may stop our half too: what it said before counts first.
      read();
    }
    WriteEnd end = connect.writeEnd();
    if (isOver()) {
      return;
    }
    if (end instanceof WriteEnd.Stopped stopped) {
      on(new SessionInput.PeerReset(stopped.code().orElse(Http3ErrorCode.H3_NO_ERROR)));
    } else if (end instanceof WriteEnd.Stalled stalled) {
      on(
          new SessionInput.LocalAbort(
              Http3ErrorCode.H3_REQUEST_CANCELLED,
              "the peer took nothing of the session's stream for "
                  + stalled.limit().toMillis()
                  + " ms"));
    } else if (end instanceof WriteEnd.Lost lost) {
      on(new SessionInput.ConnectionLost(lost.why()));
    }
  }
}
