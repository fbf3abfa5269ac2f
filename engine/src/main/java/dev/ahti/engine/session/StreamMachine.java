package dev.ahti.engine.session;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayList;
import java.util.List;

/**
 * The life of a stream: two halves that end each on their own (RFC 9000 3, seen from the
 * application; draft-ietf-webtrans-http3-16 4.4 and 6). Immutable.
 *
 * <pre>
 *   send half:      READY --LocalFinish---------------------&gt; FINISHED
 *                     |  ---LocalReset, SessionEnded--------&gt; RESET
 *                     |  ---PeerStopped---------------------&gt; STOPPED
 *                     +-----ConnectionLost------------------&gt; LOST
 *
 *   receive half:   READING --PeerFinished------------------&gt; FINISHED
 *                     |  -----PeerReset---------------------&gt; RESET
 *                     |  -----LocalStop, SessionEnded-------&gt; STOPPED
 *                     +-------ConnectionLost----------------&gt; LOST
 * </pre>
 *
 * <p>All states but READY and READING are final, and inputs for a half that has ended, or that the
 * stream does not have, change nothing: they crossed with its end. A QUIC stack answers
 * STOP_SENDING with a reset itself, so PeerStopped has no effect on the wire.
 *
 * @param send the half we write
 * @param receive the half we read
 */
public record StreamMachine(Send send, Receive receive) {
  /** States of the half we write. */
  public enum Send {
    /** A unidirectional stream of the peer has no such half. */
    ABSENT,
    /** Bytes may be written. */
    READY,
    /** FIN is written. */
    FINISHED,
    /** We reset it. */
    RESET,
    /** The peer stopped it. */
    STOPPED,
    /** The connection was lost before it ended. */
    LOST
  }

  /** States of the half we read. */
  public enum Receive {
    /** A unidirectional stream of ours has no such half. */
    ABSENT,
    /** Bytes may come. */
    READING,
    /** All bytes were read. */
    FINISHED,
    /** The peer reset it. */
    RESET,
    /** We stopped it. */
    STOPPED,
    /** The connection was lost before it ended. */
    LOST
  }

  /**
   * The outcome of an input.
   *
   * @param next the machine to keep
   * @param effects what to do, in order
   */
  public record Step(StreamMachine next, List<StreamEffect> effects) {
    public Step {
      requireNonNull(next, "next");
      effects = List.copyOf(effects);
    }
  }

  public StreamMachine {
    requireNonNull(send, "send");
    requireNonNull(receive, "receive");
    if (send == Send.ABSENT && receive == Receive.ABSENT) {
      throw new IllegalArgumentException("halves: none (expected: one or both)");
    }
  }

  /** A stream at its start. */
  public static StreamMachine open(StreamKind kind, boolean openedByUs) {
    if (kind == StreamKind.BIDIRECTIONAL) {
      return new StreamMachine(Send.READY, Receive.READING);
    }
    return openedByUs
        ? new StreamMachine(Send.READY, Receive.ABSENT)
        : new StreamMachine(Send.ABSENT, Receive.READING);
  }

  /** Whether both halves have ended. */
  public boolean ended() {
    return send != Send.READY && receive != Receive.READING;
  }

  /** Takes an input. Never throws and never refuses: each input has a meaning in each state. */
  public Step on(StreamInput input) {
    if (input instanceof StreamInput.SessionEnded end) {
      return sessionEnded(end.wireCode());
    }
    if (input instanceof StreamInput.ConnectionLost lost) {
      return connectionLost(lost.why());
    }
    if (input instanceof StreamInput.LocalFinish) {
      return endSend(Send.FINISHED, new StreamEffect.FinishSend());
    }
    if (input instanceof StreamInput.LocalReset reset) {
      return endSend(Send.RESET, new StreamEffect.ResetSend(reset.wireCode()));
    }
    if (input instanceof StreamInput.PeerStopped stopped) {
      return endSend(Send.STOPPED, new StreamEffect.NotifySendStopped(stopped.wireCode()));
    }
    if (input instanceof StreamInput.PeerFinished) {
      return endReceive(Receive.FINISHED, new StreamEffect.NotifyReceiveFinished());
    }
    if (input instanceof StreamInput.PeerReset reset) {
      return endReceive(Receive.RESET, new StreamEffect.NotifyReceiveReset(reset.wireCode()));
    }
    if (input instanceof StreamInput.LocalStop stop) {
      return endReceive(Receive.STOPPED, new StreamEffect.StopReceive(stop.wireCode()));
    }
    throw new AssertionError("unknown input " + input.getClass());
  }

  private Step endSend(Send end, StreamEffect effect) {
    return send == Send.READY
        ? step(new StreamMachine(end, receive), List.of(effect))
        : new Step(this, List.of());
  }

  private Step endReceive(Receive end, StreamEffect effect) {
    return receive == Receive.READING
        ? step(new StreamMachine(send, end), List.of(effect))
        : new Step(this, List.of());
  }

  private Step sessionEnded(long wireCode) {
    if (ended()) {
      return new Step(this, List.of());
    }
    List<StreamEffect> effects = new ArrayList<>();
    if (send == Send.READY) {
      effects.add(new StreamEffect.ResetSend(wireCode));
    }
    if (receive == Receive.READING) {
      effects.add(new StreamEffect.StopReceive(wireCode));
    }
    effects.add(new StreamEffect.NotifyLost("the session has ended"));
    return step(endBoth(Send.RESET, Receive.STOPPED), effects);
  }

  private Step connectionLost(String why) {
    return ended()
        ? new Step(this, List.of())
        : step(endBoth(Send.LOST, Receive.LOST), List.of(new StreamEffect.NotifyLost(why)));
  }

  private StreamMachine endBoth(Send sendEnd, Receive receiveEnd) {
    return new StreamMachine(
        send == Send.READY ? sendEnd : send, receive == Receive.READING ? receiveEnd : receive);
  }

  /** Tells of the end of the stream if this step brought it. */
  private static Step step(StreamMachine next, List<StreamEffect> effects) {
    if (!next.ended()) {
      return new Step(next, effects);
    }
    List<StreamEffect> longer = new ArrayList<>(effects);
    longer.add(new StreamEffect.NotifyEnded());
    return new Step(next, longer);
  }
}
