package dev.ahti.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.error.Violation;
import dev.ahti.engine.flow.FlowControl;
import dev.ahti.engine.flow.InitialLimits;
import dev.ahti.engine.gauge.GaugeRegistry;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.SessionFlow;
import dev.ahti.engine.spi.StreamLoop;
import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.StreamKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.pekko.stream.Materializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionFlowControlTest {
  private final Loop loop = new Loop();
  private final GaugeRegistry gauges = new GaugeRegistry();
  private final List<Object> told = new ArrayList<>();
  private final SessionFlowControl flow =
      new SessionFlowControl(
          loop,
          new FlowControl(new InitialLimits(100, 4, 4), new InitialLimits(10, 1, 1), true),
          gauges,
          new SessionFlowControl.Listener() {
            @Override
            public void capsule(Capsule capsule) {
              told.add(capsule);
            }

            @Override
            public void violated(Violation violation) {
              told.add("violated");
            }

            @Override
            public void openBlocked(StreamKind kind) {
              told.add("blocked " + kind);
            }

            @Override
            public void streamsAvailable(StreamKind kind) {
              told.add("available " + kind);
            }
          });

  /** A loop on which the test is, or from which it is away. */
  private static final class Loop implements StreamLoop {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean away;

    @Override
    public boolean inLoop() {
      return !away;
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    void runAll() {
      away = false;
      Runnable task;
      while ((task = tasks.poll()) != null) {
        task.run();
      }
    }

    @Override
    public String dispatcherId() {
      return "none";
    }

    @Override
    public Materializer materializer() {
      throw new UnsupportedOperationException("no streams");
    }

    @Override
    public long nanoTime() {
      return 0;
    }
  }

  private final class Sender implements SessionFlow.Sender {
    private final String name;

    Sender(String name) {
      this.name = name;
    }

    @Override
    public void creditAvailable() {
      told.add(name);
    }
  }

  private final Sender a = new Sender("a");
  private final Sender b = new Sender("b");
  private final Sender c = new Sender("c");

  @AfterEach
  void leavesNothing() {
    flow.close();
    loop.runAll();
    gauges.levels().forEach((name, level) -> assertEquals(0, level, name));
  }

  @Test
  void givesCreditInTheOrderOfTheLine() {
    flow.open();
    assertEquals(10, flow.credit(a, 50));
    flow.sent(a, 10);
    for (Sender sender : List.of(b, a, c, b)) {
      assertEquals(0, flow.credit(sender, 5));
    }
    flow.waiting(3);
    assertEquals(3, gauges.level(Gauges.FLOW_STREAMS_WAITING).value());
    assertEquals(List.of(new Capsule.DataBlocked(10)), told);
    told.clear();
    flow.on(new Capsule.MaxData(16));
    assertEquals(List.of("b"), told);
    // There is credit, and it is not their turn.
    assertEquals(0, flow.credit(c, 5));
    assertEquals(0, flow.credit(a, 5));
    assertEquals(5, flow.credit(b, 5));
    flow.sent(b, 5);
    assertEquals(List.of("b", "a"), told);
    assertEquals(1, flow.credit(a, 5));
    flow.sent(a, 1);
    flow.on(new Capsule.MaxData(20));
    assertEquals(List.of("b", "a", "c"), told);
  }

  @Test
  void whoLeavesTheLineLetsTheNextGo() {
    flow.open();
    flow.credit(a, 10);
    flow.sent(a, 10);
    flow.credit(b, 1);
    flow.credit(c, 1);
    flow.on(new Capsule.MaxData(11));
    flow.leave(b);
    flow.leave(b);
    assertEquals("c", told.get(told.size() - 1));
    assertEquals(1, flow.credit(c, 1));
  }

  @Test
  void bytesThatNeverLeftGoToWhoWaits() {
    flow.open();
    flow.credit(a, 10);
    flow.sent(a, 10);
    flow.credit(b, 1);
    flow.unsent(3);
    assertEquals("b", told.get(told.size() - 1));
    assertEquals(3, flow.credit(b, 9));
  }

  @Test
  void tellsNothingBeforeTheSessionIsThereAndCatchesUpThen() {
    flow.received(60);
    flow.consumed(60);
    for (int i = 0; i < 2; i++) {
      flow.peerOpened(StreamKind.UNIDIRECTIONAL);
      flow.closed(StreamKind.UNIDIRECTIONAL);
    }
    assertEquals(List.of(), told);
    flow.open();
    assertEquals(
        List.of(new Capsule.MaxData(160), new Capsule.MaxStreams(StreamKind.UNIDIRECTIONAL, 6)),
        told);
    assertEquals(100, gauges.level(Gauges.FLOW_RECEIVE_CREDIT).value());
    assertEquals(1, gauges.level(Gauges.FLOW_SESSIONS).value());
  }

  @Test
  void consumptionElsewhereIsOneTaskHoweverManyChunksThereAre() {
    flow.open();
    flow.received(100);
    loop.away = true;
    for (int i = 0; i < 60; i++) {
      flow.consumed(1);
    }
    assertEquals(1, loop.tasks.size());
    assertEquals(List.of(), told);
    loop.runAll();
    assertEquals(List.of(new Capsule.MaxData(160)), told);
  }

  @Test
  void callsOfAnActorElsewhereAreHandedToTheLoop() {
    loop.away = true;
    flow.open();
    flow.on(new Capsule.MaxData(11));
    flow.peerOpened(StreamKind.BIDIRECTIONAL);
    assertEquals(0, gauges.level(Gauges.FLOW_SESSIONS).value());
    loop.runAll();
    assertEquals(11, flow.credit(a, 50));
  }

  @Test
  void asksForAStreamOnlyWithinTheLimit() {
    flow.open();
    flow.ask(StreamKind.BIDIRECTIONAL, () -> told.add("asked"));
    flow.ask(StreamKind.BIDIRECTIONAL, () -> told.add("asked"));
    flow.ask(StreamKind.BIDIRECTIONAL, () -> told.add("asked"));
    assertEquals(
        List.of(
            "asked",
            new Capsule.StreamsBlocked(StreamKind.BIDIRECTIONAL, 1),
            "blocked BIDIRECTIONAL",
            "blocked BIDIRECTIONAL"),
        told);
    told.clear();
    flow.on(new Capsule.MaxStreams(StreamKind.BIDIRECTIONAL, 2));
    flow.on(new Capsule.MaxStreams(StreamKind.BIDIRECTIONAL, 3));
    assertEquals(List.of("available BIDIRECTIONAL"), told);
    flow.ask(StreamKind.BIDIRECTIONAL, () -> told.add("asked"));
    flow.ask(StreamKind.BIDIRECTIONAL, () -> told.add("asked"));
    // One that was not opened after all leaves room for another.
    flow.notOpened(StreamKind.BIDIRECTIONAL);
    flow.ask(StreamKind.BIDIRECTIONAL, () -> told.add("asked"));
    assertEquals(List.of("available BIDIRECTIONAL", "asked", "asked", "asked"), told);
  }

  @Test
  void tellsOfOneViolationAndCountsNothingBehindIt() {
    flow.open();
    flow.credit(a, 10);
    flow.sent(a, 10);
    flow.credit(a, 10);
    told.clear();
    flow.received(101);
    flow.received(101);
    flow.on(new Capsule.MaxData(1));
    flow.peerOpened(StreamKind.BIDIRECTIONAL);
    flow.consumed(101);
    assertEquals(List.of("violated"), told);
    assertEquals(1, gauges.counter(Gauges.FLOW_VIOLATIONS).value());
    assertEquals(0, flow.credit(a, 10));
    assertTrue(
        gauges.levels().values().stream().allMatch(level -> level == 0),
        Map.copyOf(gauges.levels()).toString());
  }
}
