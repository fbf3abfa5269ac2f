package dev.ahti.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.Dialect;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.wire.Capsule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("draft-ietf-webtrans-http3-16 6: every state with every input")
class SessionMachineTableTest {

  private static final Map<String, SessionInput> INPUTS = inputs();

  private static Map<String, SessionInput> inputs() {
    Map<String, SessionInput> inputs = new TreeMap<>();
    inputs.put("established", new SessionInput.Established());
    inputs.put("refused", new SessionInput.Refused(404, "not found"));
    inputs.put("close", capsule(new Capsule.CloseSession(7, "bye")));
    inputs.put("drain", capsule(new Capsule.DrainSession()));
    inputs.put("datagram", capsule(new Capsule.DatagramCapsule(ByteString.fromString("hi"))));
    inputs.put("max-data", capsule(new Capsule.MaxData(1)));
    inputs.put("violated", new SessionInput.Violated(Violation.session(0x107, "too much", "x")));
    inputs.put("peer-fin", new SessionInput.PeerFinished());
    inputs.put("peer-reset", new SessionInput.PeerReset(0x10c));
    inputs.put("goaway", new SessionInput.PeerGoAway());
    inputs.put("lost", new SessionInput.ConnectionLost("idle"));
    inputs.put("local-close", new SessionInput.LocalClose(8, "done"));
    inputs.put("local-drain", new SessionInput.LocalDrain());
    inputs.put("local-flow", new SessionInput.LocalFlow(new Capsule.MaxData(5)));
    inputs.put("local-abort", new SessionInput.LocalAbort(0x102, "handler failed"));
    return inputs;
  }

  private static SessionInput capsule(Capsule capsule) {
    return new SessionInput.CapsuleReceived(capsule);
  }

  static List<SessionTable.Row> rows() {
    return SessionTable.rows();
  }

  private static SessionMachine before(SessionTable.Row row) {
    Role role = row.situation().startsWith("client") ? Role.CLIENT : Role.SERVER;
    boolean flow = row.situation().contains("with flow control");
    SessionMachine machine = SessionMachine.connecting(role, Dialect.of(Draft.D16), flow, 4096, 0);
    for (String input : row.before()) {
      machine = machine.on(INPUTS.get(input), 1).next();
    }
    return machine;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void answersAsTheTableSays(SessionTable.Row row) {
    SessionMachine before = before(row);
    String expected = row.expected().replaceFirst("^same", render(before));
    Transition transition = before.on(INPUTS.get(row.input()), 2);
    String effects =
        transition.effects().stream()
            .map(SessionMachineTableTest::render)
            .collect(Collectors.joining(" "));
    assertEquals(expected, (render(transition.next()) + " : " + effects).trim());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void tellsTheApplicationTheEndOnceWhateverComesNext(SessionTable.Row row) {
    SessionMachine machine =
        SessionMachine.connecting(Role.SERVER, Dialect.of(Draft.D16), true, 4096, 0);
    List<String> inputs = new ArrayList<>(row.before());
    inputs.add(row.input());
    inputs.addAll(INPUTS.keySet());
    inputs.add("local-abort");
    int ends = 0;
    int endStreams = 0;
    for (String input : inputs) {
      Transition transition = machine.on(INPUTS.get(input), 0);
      for (SessionEffect effect : transition.effects()) {
        boolean isEnd =
            effect instanceof SessionEffect.NotifyClosed
                || effect instanceof SessionEffect.NotifyFailed;
        ends += isEnd ? 1 : 0;
        endStreams += effect instanceof SessionEffect.EndStreams ? 1 : 0;
      }
      machine = transition.next();
    }
    assertEquals(1, ends);
    assertEquals(1, endStreams);
    assertTrue(machine.connectEnded());
  }

  @Test
  void coversEachInputOnceInEachSituation() {
    SessionTable.inputsBySituation()
        .forEach(
            (situation, inputs) ->
                assertEquals(
                    List.copyOf(INPUTS.keySet()), inputs.stream().sorted().toList(), situation));
  }

  @Test
  void coversEachKindOfInputAndEachState() {
    Set<Class<?>> kinds = new HashSet<>();
    INPUTS.values().forEach(input -> kinds.add(input.getClass()));
    assertEquals(Set.of(SessionInput.class.getPermittedSubclasses()), kinds);

    Set<SessionMachine.State> states = EnumSet.noneOf(SessionMachine.State.class);
    rows().forEach(row -> states.add(before(row).state()));
    assertEquals(EnumSet.allOf(SessionMachine.State.class), states);
  }

  private static String render(SessionMachine machine) {
    return machine.state() + (machine.connectEnded() ? " ended" : "");
  }

  private static String render(SessionEffect effect) {
    if (effect instanceof SessionEffect.SendCapsule send) {
      return "send-" + render(send.capsule());
    }
    if (effect instanceof SessionEffect.ApplyFlow apply) {
      return "apply-" + render(apply.capsule());
    }
    if (effect instanceof SessionEffect.ResetConnect reset) {
      return "reset(" + Long.toHexString(reset.wireCode()) + ")";
    }
    if (effect instanceof SessionEffect.StopConnect stop) {
      return "stop(" + Long.toHexString(stop.wireCode()) + ")";
    }
    if (effect instanceof SessionEffect.EndStreams end) {
      return end.wireCode() == 0x170d7b68 ? "end" : end.toString();
    }
    if (effect instanceof SessionEffect.DeliverDatagram datagram) {
      return "datagram(" + datagram.payload().utf8String() + ")";
    }
    if (effect instanceof SessionEffect.NotifyClosed closed) {
      String closer = closed.byPeer() ? "peer" : "local";
      return "closed(" + closed.code() + "," + closed.reason() + "," + closer + ")";
    }
    if (effect instanceof SessionEffect.NotifyFailed failed) {
      return failed.status().isPresent() ? "failed(" + failed.status().getAsInt() + ")" : "failed";
    }
    if (effect instanceof SessionEffect.FinishConnect) {
      return "fin";
    }
    return effect instanceof SessionEffect.NotifyReady ? "ready" : "draining";
  }

  private static String render(Capsule capsule) {
    if (capsule instanceof Capsule.CloseSession close) {
      return "close(" + close.code() + "," + close.reason() + ")";
    }
    return capsule instanceof Capsule.MaxData max ? "flow(" + max.limit() + ")" : "drain";
  }
}
