package dev.ahti.engine.testkit;

import dev.ahti.engine.spi.DatagramPort;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportEvent;
import dev.ahti.engine.wire.StreamKind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The ports in memory keep the contracts that they stand in for, in each mode of the loop. */
class MemoryPortContractTest {
  private static final int DATAGRAMS = 8;
  private static final MemorySettings SETTINGS =
      MemorySettings.DEFAULT.withDatagrams(1200, DATAGRAMS);

  private final VirtualLoop thread = VirtualLoop.running("contract");

  @AfterEach
  void shutDown() {
    thread.shutdown();
  }

  @TestFactory
  Stream<DynamicTest> onAManualLoop() {
    VirtualLoop loop = VirtualLoop.manual();
    return tests(new Stepped(new MemoryNetwork(loop, 1).settings(SETTINGS), loop::runUntilIdle));
  }

  @TestFactory
  Stream<DynamicTest> onAManualLoopWithLatencyAndSmallWindows() {
    VirtualLoop loop = VirtualLoop.manual();
    MemoryNetwork network =
        new MemoryNetwork(loop, 1)
            .settings(SETTINGS.withWindows(5000, 7000).withPorts(3000, 700))
            .conditions(LinkConditions.PERFECT.withLatency(Duration.ofMillis(20)));
    return tests(new Stepped(network, () -> loop.advance(Duration.ofMillis(10))));
  }

  @TestFactory
  Stream<DynamicTest> onARunningLoop() {
    return tests(new Running(new MemoryNetwork(thread, 1).settings(SETTINGS), thread));
  }

  private static Stream<DynamicTest> tests(Mode mode) {
    return Stream.of(new Streams(mode), new Datagrams(mode))
        .flatMap(contract -> contract.rules().entrySet().stream())
        .map(rule -> DynamicTest.dynamicTest(rule.getKey(), rule.getValue()::run));
  }

  /** How time passes in a network. */
  private interface Mode {
    MemoryNetwork network();

    boolean await(BooleanSupplier condition);

    void settle();
  }

  /** The test's thread is the loop. */
  private record Stepped(MemoryNetwork network, Runnable step) implements Mode {

    @Override
    public boolean await(BooleanSupplier condition) {
      for (int round = 0; round < 10_000 && !condition.getAsBoolean(); round++) {
        step.run();
      }
      return condition.getAsBoolean();
    }

    @Override
    public void settle() {
      for (int round = 0; round < 1000; round++) {
        step.run();
      }
    }
  }

  /** The loop has a thread of its own. */
  private record Running(MemoryNetwork network, VirtualLoop loop) implements Mode {

    @Override
    public boolean await(BooleanSupplier condition) {
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (!condition.getAsBoolean() && System.nanoTime() - end < 0) {
        LockSupport.parkNanos(100_000);
      }
      return condition.getAsBoolean();
    }

    @Override
    public void settle() {
      // Each round lets the tasks run that the round before has caused.
      for (int round = 0; round < 50; round++) {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        loop.schedule(Duration.ZERO, () -> reached.complete(null));
        reached.join();
      }
    }
  }

  private static final class Streams extends StreamPortContract {
    private final Mode mode;

    Streams(Mode mode) {
      this.mode = mode;
    }

    @Override
    protected Pair open(StreamKind kind) {
      MemoryLink link = mode.network().link();
      CompletableFuture<StreamPort> far = new CompletableFuture<>();
      link.client().events(event -> {});
      link.server()
          .events(
              event -> {
                if (event instanceof TransportEvent.StreamArrived arrived) {
                  far.complete(arrived.port());
                }
              });
      CompletableFuture<StreamPort> near = link.client().open(kind, 0);
      await(near::isDone);
      return new Pair(near.join(), far);
    }

    @Override
    protected boolean await(BooleanSupplier condition) {
      return mode.await(condition);
    }

    @Override
    protected void settle() {
      mode.settle();
    }
  }

  private static final class Datagrams extends DatagramPortContract {
    private final Mode mode;

    Datagrams(Mode mode) {
      this.mode = mode;
    }

    @Override
    protected Pair open() {
      MemoryLink link = mode.network().link();
      link.client().events(event -> {});
      link.server().events(event -> {});
      CompletableFuture<DatagramPort> near = link.client().datagrams(0);
      CompletableFuture<DatagramPort> far = link.server().datagrams(0);
      await(() -> near.isDone() && far.isDone());
      return new Pair(near.join(), far.join());
    }

    @Override
    protected int incomingCapacity() {
      return DATAGRAMS;
    }

    @Override
    protected int outgoingCapacity() {
      return DATAGRAMS;
    }

    @Override
    protected boolean await(BooleanSupplier condition) {
      return mode.await(condition);
    }

    @Override
    protected void settle() {
      mode.settle();
    }
  }
}
