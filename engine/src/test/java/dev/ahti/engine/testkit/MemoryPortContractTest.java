package dev.ahti.engine.testkit;

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

/** The ports in memory keep the contract that they stand in for, in each mode of the loop. */
class MemoryPortContractTest {
  private final VirtualLoop thread = VirtualLoop.running("contract");

  @AfterEach
  void shutDown() {
    thread.shutdown();
  }

  @TestFactory
  Stream<DynamicTest> onAManualLoop() {
    VirtualLoop loop = VirtualLoop.manual();
    return tests(
        new Contract(new MemoryNetwork(loop, 1)) {
          @Override
          protected boolean await(BooleanSupplier condition) {
            for (int round = 0; round < 10_000 && !condition.getAsBoolean(); round++) {
              loop.runUntilIdle();
            }
            return condition.getAsBoolean();
          }

          @Override
          protected void settle() {
            loop.runUntilIdle();
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> onAManualLoopWithLatencyAndSmallWindows() {
    VirtualLoop loop = VirtualLoop.manual();
    MemoryNetwork network =
        new MemoryNetwork(loop, 1)
            .settings(MemorySettings.DEFAULT.withWindows(5000, 7000).withPorts(3000, 700))
            .conditions(LinkConditions.PERFECT.withLatency(Duration.ofMillis(20)));
    return tests(
        new Contract(network) {
          @Override
          protected boolean await(BooleanSupplier condition) {
            for (int round = 0; round < 10_000 && !condition.getAsBoolean(); round++) {
              loop.advance(Duration.ofMillis(10));
            }
            return condition.getAsBoolean();
          }

          @Override
          protected void settle() {
            loop.advance(Duration.ofSeconds(10));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> onARunningLoop() {
    return tests(
        new Contract(new MemoryNetwork(thread, 1)) {
          @Override
          protected boolean await(BooleanSupplier condition) {
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!condition.getAsBoolean() && System.nanoTime() - end < 0) {
              LockSupport.parkNanos(100_000);
            }
            return condition.getAsBoolean();
          }

          @Override
          protected void settle() {
            // Each round lets the tasks run that the round before has caused.
            for (int round = 0; round < 50; round++) {
              CompletableFuture<Void> reached = new CompletableFuture<>();
              thread.schedule(Duration.ZERO, () -> reached.complete(null));
              reached.join();
            }
          }
        });
  }

  private static Stream<DynamicTest> tests(Contract contract) {
    return contract.rules().entrySet().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getKey(), rule.getValue()::run));
  }

  private abstract static class Contract extends StreamPortContract {
    private final MemoryNetwork network;

    Contract(MemoryNetwork network) {
      this.network = network;
    }

    @Override
    protected Pair open(StreamKind kind) {
      MemoryLink link = network.link();
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
  }
}
