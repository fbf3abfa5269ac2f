package dev.ahti.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ahti.engine.session.StreamMachine.Receive;
import dev.ahti.engine.session.StreamMachine.Send;
import dev.ahti.engine.session.StreamMachine.Step;
import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 9000 3, draft-ietf-webtrans-http3-16 4.4 and 6: streams")
class StreamMachineTest {

  private static final long GONE = 0x170d7b68L;

  private static final StreamInput FINISH = new StreamInput.LocalFinish();
  private static final StreamInput RESET = new StreamInput.LocalReset(1);
  private static final StreamInput STOP = new StreamInput.LocalStop(2);
  private static final StreamInput PEER_FINISHED = new StreamInput.PeerFinished();
  private static final StreamInput PEER_RESET = new StreamInput.PeerReset(3);
  private static final StreamInput PEER_STOPPED = new StreamInput.PeerStopped(OptionalLong.of(4));
  private static final StreamInput SESSION_ENDED = new StreamInput.SessionEnded(GONE);
  private static final StreamInput LOST = new StreamInput.ConnectionLost("idle");

  private static final List<StreamInput> INPUTS =
      List.of(FINISH, RESET, STOP, PEER_FINISHED, PEER_RESET, PEER_STOPPED, SESSION_ENDED, LOST);

  /** A stream in some state. */
  private record Pair(StreamMachine machine, StreamInput input) {}

  static Stream<StreamMachine> machines() {
    List<StreamMachine> machines = new ArrayList<>();
    for (Send send : Send.values()) {
      for (Receive receive : Receive.values()) {
        if (send != Send.ABSENT || receive != Receive.ABSENT) {
          machines.add(new StreamMachine(send, receive));
        }
      }
    }
    return machines.stream();
  }

  static Stream<Pair> pairs() {
    return machines().flatMap(m -> INPUTS.stream().map(input -> new Pair(m, input)));
  }

  /** The rule for the half we write, said again in a table: null where it stays. */
  private static Send sendAfter(StreamInput input) {
    if (input == FINISH) {
      return Send.FINISHED;
    }
    if (input == RESET || input == SESSION_ENDED) {
      return Send.RESET;
    }
    if (input == PEER_STOPPED) {
      return Send.STOPPED;
    }
    return input == LOST ? Send.LOST : Send.READY;
  }

  private static Receive receiveAfter(StreamInput input) {
    if (input == PEER_FINISHED) {
      return Receive.FINISHED;
    }
    if (input == PEER_RESET) {
      return Receive.RESET;
    }
    if (input == STOP || input == SESSION_ENDED) {
      return Receive.STOPPED;
    }
    return input == LOST ? Receive.LOST : Receive.READING;
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void movesOnlyAnOpenHalfAndOnlyToItsEnd(Pair pair) {
    StreamMachine before = pair.machine();
    Send send = before.send() == Send.READY ? sendAfter(pair.input()) : before.send();
    Receive receive =
        before.receive() == Receive.READING ? receiveAfter(pair.input()) : before.receive();
    assertEquals(new StreamMachine(send, receive), before.on(pair.input()).next());
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void actsIfAndOnlyIfAHalfEndsAndTellsTheLastEndOnce(Pair pair) {
    Step step = pair.machine().on(pair.input());
    boolean moved = !step.next().equals(pair.machine());
    assertEquals(moved, !step.effects().isEmpty());
    boolean ends = moved && step.next().ended();
    assertEquals(ends, step.effects().contains(new StreamEffect.NotifyEnded()));
    if (ends) {
      StreamEffect last = step.effects().get(step.effects().size() - 1);
      assertEquals(new StreamEffect.NotifyEnded(), last);
    }
  }

  @Test
  void triesEachKindOfInput() {
    Set<Class<?>> kinds = new HashSet<>();
    INPUTS.forEach(input -> kinds.add(input.getClass()));
    assertEquals(Set.of(StreamInput.class.getPermittedSubclasses()), kinds);
  }

  private static List<StreamEffect> effects(StreamMachine machine, StreamInput input) {
    return machine.on(input).effects();
  }

  @Test
  void tellsWireAndApplicationWhatEachInputMeans() {
    StreamMachine open = StreamMachine.open(StreamKind.BIDIRECTIONAL, true);
    assertEquals(List.of(new StreamEffect.FinishSend()), effects(open, FINISH));
    assertEquals(List.of(new StreamEffect.ResetSend(1)), effects(open, RESET));
    assertEquals(List.of(new StreamEffect.StopReceive(2)), effects(open, STOP));
    assertEquals(List.of(new StreamEffect.NotifyReceiveFinished()), effects(open, PEER_FINISHED));
    assertEquals(List.of(new StreamEffect.NotifyReceiveReset(3)), effects(open, PEER_RESET));
    assertEquals(
        List.of(new StreamEffect.NotifySendStopped(OptionalLong.of(4))),
        effects(open, PEER_STOPPED));
  }

  @Test
  void resetsAndStopsWhatIsOpenWhenItsSessionEnds() {
    StreamMachine open = StreamMachine.open(StreamKind.BIDIRECTIONAL, false);
    StreamEffect lost = new StreamEffect.NotifyLost("the session has ended");
    StreamEffect ended = new StreamEffect.NotifyEnded();
    StreamEffect reset = new StreamEffect.ResetSend(GONE);
    StreamEffect stop = new StreamEffect.StopReceive(GONE);
    assertEquals(List.of(reset, stop, lost, ended), effects(open, SESSION_ENDED));
    assertEquals(List.of(stop, lost, ended), effects(open.on(FINISH).next(), SESSION_ENDED));
    assertEquals(
        List.of(reset, lost, ended), effects(open.on(PEER_FINISHED).next(), SESSION_ENDED));
  }

  @Test
  void sendsNothingOnALostConnection() {
    StreamMachine open = StreamMachine.open(StreamKind.BIDIRECTIONAL, true);
    assertEquals(
        List.of(new StreamEffect.NotifyLost("idle"), new StreamEffect.NotifyEnded()),
        effects(open, LOST));
  }

  @Test
  void hasTheHalvesOfItsKind() {
    assertEquals(
        new StreamMachine(Send.READY, Receive.ABSENT),
        StreamMachine.open(StreamKind.UNIDIRECTIONAL, true));
    assertEquals(
        new StreamMachine(Send.ABSENT, Receive.READING),
        StreamMachine.open(StreamKind.UNIDIRECTIONAL, false));
    assertFalse(StreamMachine.open(StreamKind.BIDIRECTIONAL, false).ended());
    assertThrows(
        IllegalArgumentException.class, () -> new StreamMachine(Send.ABSENT, Receive.ABSENT));
  }
}
