package dev.ahti.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.session.SessionMachine.State;
import dev.ahti.engine.wire.Capsule;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionMachineTest {

  private static final int HELD = 200;

  private static final SessionInput ESTABLISHED = new SessionInput.Established();

  private static SessionMachine connecting(Role role, Draft draft) {
    return SessionMachine.connecting(role, Dialect.of(draft), false, HELD, 100);
  }

  private static SessionMachine connected(Draft draft) {
    return connecting(Role.CLIENT, draft).on(ESTABLISHED, 200).next();
  }

  private static SessionInput datagram(int bytes) {
    return new SessionInput.CapsuleReceived(
        new Capsule.DatagramCapsule(ByteString.fromArray(new byte[bytes])));
  }

  private static List<SessionEffect> feed(SessionMachine start, List<SessionInput> inputs) {
    List<SessionEffect> effects = new ArrayList<>();
    SessionMachine machine = start;
    for (SessionInput input : inputs) {
      Transition transition = machine.on(input, 0);
      effects.addAll(transition.effects());
      machine = transition.next();
    }
    return effects;
  }

  @Test
  void remembersWhenItsStateWasEntered() {
    SessionMachine connected = connected(Draft.D16);
    assertEquals(100, connecting(Role.CLIENT, Draft.D16).sinceNanos());
    assertEquals(200, connected.sinceNanos());
    assertEquals(200, connected.on(datagram(1), 300).next().sinceNanos());
    SessionMachine draining = connected.on(new SessionInput.PeerGoAway(), 300).next();
    assertEquals(300, draining.sinceNanos());
    SessionMachine stillDraining = draining.on(new SessionInput.LocalDrain(), 400).next();
    assertEquals(300, stillDraining.sinceNanos());
  }

  @Test
  void isOpenWhileConnectedOrDraining() {
    SessionMachine connected = connected(Draft.D16);
    assertFalse(connecting(Role.SERVER, Draft.D16).isOpen());
    assertTrue(connected.isOpen());
    assertTrue(connected.on(new SessionInput.PeerGoAway(), 0).next().isOpen());
    assertFalse(connected.on(new SessionInput.PeerFinished(), 0).next().isOpen());
    assertFalse(connected.on(new SessionInput.ConnectionLost("x"), 0).next().isOpen());
    assertEquals("CONNECTED", connected.toString());
  }

  @Test
  void drainsADraft02SessionWithoutACapsuleItsPeerWouldNotKnow() {
    Transition transition = connected(Draft.D02).on(new SessionInput.LocalDrain(), 0);
    assertEquals(State.DRAINING, transition.next().state());
    assertEquals(List.of(), transition.effects());
  }

  @Test
  void cutsALongReasonAndTellsTheApplicationWhatWasSent() {
    SessionInput close = new SessionInput.LocalClose(3, "é".repeat(600));
    List<SessionEffect> effects = connected(Draft.D16).on(close, 0).effects();
    String cut = "é".repeat(512);
    assertEquals(new SessionEffect.SendCapsule(new Capsule.CloseSession(3, cut)), effects.get(0));
    assertEquals(new SessionEffect.NotifyClosed(3, cut, false), effects.get(3));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0x1_0000_0000L})
  void isNotClosedWithACodeWiderThan32Bits(long code) {
    assertThrows(IllegalArgumentException.class, () -> new SessionInput.LocalClose(code, ""));
  }

  @Test
  void saysWhyItFailed() {
    Violation violation = Violation.session(Http3ErrorCode.H3_MESSAGE_ERROR, "bad capsule", "x");
    List<SessionEffect> violated =
        connected(Draft.D16).on(new SessionInput.Violated(violation), 0).effects();
    assertEquals(
        new SessionEffect.NotifyFailed("bad capsule", OptionalInt.empty()), violated.get(3));

    List<SessionEffect> reset =
        connected(Draft.D16).on(new SessionInput.PeerReset(0x10c), 0).effects();
    assertEquals(
        new SessionEffect.NotifyFailed(
            "the peer reset the session's stream with 0x10c", OptionalInt.empty()),
        reset.get(3));

    List<SessionEffect> refused =
        connecting(Role.CLIENT, Draft.D16).on(new SessionInput.Refused(403, "origin"), 0).effects();
    assertEquals(new SessionEffect.NotifyFailed("origin", OptionalInt.of(403)), refused.get(3));
  }

  @Test
  void holdsEarlyCapsulesInTheOrderOfArrivalAndDropsDatagramsThatDoNotFit() {
    // Two bytes before each payload on the wire.
    List<SessionInput> inputs =
        List.of(datagram(60), datagram(61), datagram(62), datagram(12), datagram(0), ESTABLISHED);
    List<SessionEffect> effects = feed(connecting(Role.SERVER, Draft.D16), inputs);
    assertEquals(new SessionEffect.NotifyReady(), effects.get(0));
    assertEquals(
        List.of(60, 61, 62, 0),
        effects.stream()
            .filter(SessionEffect.DeliverDatagram.class::isInstance)
            .map(effect -> ((SessionEffect.DeliverDatagram) effect).payload().length())
            .toList());
  }

  @Test
  void failsWhenMoreEarlyCapsulesComeThanAreHeld() {
    SessionMachine machine = connecting(Role.SERVER, Draft.D16);
    Capsule capsule = new Capsule.DataBlocked(1);
    SessionInput received = new SessionInput.CapsuleReceived(capsule);
    for (int held = 0; held + capsule.encode().length() <= HELD; ) {
      machine = machine.on(received, 0).next();
      held += capsule.encode().length();
      assertEquals(State.CONNECTING, machine.state());
    }
    Transition transition = machine.on(received, 0);
    assertEquals(State.FAILED, transition.next().state());
    assertEquals(
        new SessionEffect.ResetConnect(Http3ErrorCode.H3_EXCESSIVE_LOAD),
        transition.effects().get(0));
  }

  @Test
  void leavesTheMachineItCameFromAsItWas() {
    SessionMachine connected = connected(Draft.D16);
    connected.on(new SessionInput.LocalClose(1, "x"), 0);
    assertEquals(State.CONNECTED, connected.state());
  }
}
