package dev.ahti.engine.session;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.dialect.Dialect;

/**
 * The life of a session (draft-ietf-webtrans-http3-16 3.2, 4.7 and 6). Immutable.
 *
 * <pre>
 *                 Established                 drain or GOAWAY
 *   CONNECTING ----------------&gt; CONNECTED ------------------&gt; DRAINING
 *       |                          |     |                      |    |
 *       | refused, cancelled,      |     | CLOSE or FIN,        |    |
 *       | broken, lost             |     | either side          |    |
 *       v                          |     v                      |    |
 *     FAILED &lt;---------------------+   CLOSED &lt;-----------------+    |
 *       ^        reset, broken rule, abort, lost                     |
 *       +------------------------------------------------------------+
 * </pre>
 *
 * <ul>
 *   <li>CONNECTING to CONNECTED on Established; to DRAINING on Established after a drain or GOAWAY;
 *       capsules and a client's FIN that came before are acted on then, so it may go straight on to
 *       CLOSED.
 *   <li>CONNECTING to FAILED on Refused, Violated, PeerReset, ConnectionLost, LocalClose,
 *       LocalAbort, on a server's FIN without an answer, and when more capsules come than are held.
 *   <li>CONNECTED to DRAINING on DrainSession, PeerGoAway or LocalDrain. The session goes on.
 *   <li>CONNECTED or DRAINING to CLOSED on CloseSession (its code and reason), PeerFinished (code 0
 *       and no reason) or LocalClose.
 *   <li>CONNECTED or DRAINING to FAILED on Violated, PeerReset, ConnectionLost, LocalAbort, and on
 *       a second answer.
 *   <li>CLOSED stays: until both halves of the CONNECT stream have ended ({@link #connectEnded()}),
 *       a capsule behind the peer's CLOSE, a violation or LocalAbort reset what is left of it. All
 *       else is ignored, as it may have been under way when we closed.
 *   <li>FAILED stays; all is ignored.
 * </ul>
 *
 * <p>Flow control of the session has its own state ({@link dev.ahti.engine.flow.SessionWindows});
 * here it is only decided when its capsules mean something and when ours go out: while the session
 * is open.
 *
 * <p>The owner executes the effects in order. It sets a time for the peer's FIN after CLOSED and
 * gives LocalAbort when that has passed.
 */
public final class SessionMachine {
  /** The states, named as those of the W3C's WebTransport object. */
  public enum State {
    /** The request is under way. */
    CONNECTING,
    /** The session is open. */
    CONNECTED,
    /** The session is open, and one side wants it wound up. */
    DRAINING,
    /** The session has ended with a code and a reason. */
    CLOSED,
    /** The session was never established or ended abruptly. */
    FAILED
  }

  private final SessionPhase phase;
  private final long sinceNanos;

  private SessionMachine(SessionPhase phase, long sinceNanos) {
    this.phase = phase;
    this.sinceNanos = sinceNanos;
  }

  /**
   * A session whose request is under way.
   *
   * @param flowControlled whether the session has flow control; without, its capsules are ignored
   * @param heldBytes bytes of capsules, as they stand on the wire, that are held until it is
   *     established: as many as may be read ahead
   * @param nowNanos the present time on any monotonic clock, in nanoseconds
   */
  public static SessionMachine connecting(
      Role role, Dialect dialect, boolean flowControlled, long heldBytes, long nowNanos) {
    SessionTraits traits = new SessionTraits(dialect.hasDrain(), heldBytes, flowControlled);
    return new SessionMachine(ConnectingPhase.start(role, traits), nowNanos);
  }

  /** The state. */
  public State state() {
    return phase.state();
  }

  /** When the present state was entered, on the clock of the inputs, in nanoseconds. */
  public long sinceNanos() {
    return sinceNanos;
  }

  /** Whether streams may be opened and datagrams be sent: CONNECTED or DRAINING. */
  public boolean isOpen() {
    return state() == State.CONNECTED || state() == State.DRAINING;
  }

  /** Whether both halves of the CONNECT stream have ended, so that it can be forgotten. */
  public boolean connectEnded() {
    return phase.connectEnded();
  }

  /**
   * Takes an input. Never throws and never refuses: each input has a meaning in each state.
   *
   * @param nowNanos the present time on the clock of {@link #connecting}, in nanoseconds
   */
  public Transition on(SessionInput input, long nowNanos) {
    SessionPhase.Next next = dispatch(requireNonNull(input, "input"));
    boolean entered = next.phase().state() != phase.state();
    SessionMachine machine = new SessionMachine(next.phase(), entered ? nowNanos : sinceNanos);
    return new Transition(machine, next.effects());
  }

  private SessionPhase.Next dispatch(SessionInput input) {
    if (input instanceof SessionInput.CapsuleReceived received) {
      return phase.capsule(received.capsule());
    }
    if (input instanceof SessionInput.Established) {
      return phase.established();
    }
    if (input instanceof SessionInput.Refused refused) {
      return phase.refused(refused.status(), refused.why());
    }
    if (input instanceof SessionInput.Violated violated) {
      return phase.violated(violated.violation());
    }
    if (input instanceof SessionInput.PeerFinished) {
      return phase.peerFinished();
    }
    if (input instanceof SessionInput.PeerReset reset) {
      return phase.peerReset(reset.code());
    }
    if (input instanceof SessionInput.PeerGoAway) {
      return phase.peerGoAway();
    }
    if (input instanceof SessionInput.ConnectionLost lost) {
      return phase.connectionLost(lost.why());
    }
    if (input instanceof SessionInput.LocalClose close) {
      return phase.localClose(close.code(), close.reason());
    }
    if (input instanceof SessionInput.LocalFlow flow) {
      return phase.localFlow(flow.capsule());
    }
    if (input instanceof SessionInput.LocalDrain) {
      return phase.localDrain();
    }
    if (input instanceof SessionInput.LocalAbort abort) {
      return phase.localAbort(abort.wireCode(), abort.why());
    }
    throw new AssertionError("unknown input " + input.getClass());
  }

  /** The state's name. */
  @Override
  public String toString() {
    return state().name();
  }
}
