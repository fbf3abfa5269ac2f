package dev.ahti.transport.netty;

import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.testkit.StreamPortContract;
import dev.ahti.engine.wire.StreamKind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** The contract of stream ports, kept over real QUIC. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NettyStreamPortIT extends StreamPortContract {
  private final TestNet net = new TestNet("ahti.netty.streams-bidirectional = 1000");
  private TestSession session;

  @BeforeAll
  void openSession() {
    session = TestSession.open(net, net.pair());
  }

  @AfterAll
  void leavesNothing() {
    net.close();
  }

  @TestFactory
  Stream<DynamicTest> keepsTheContract() {
    return rules().entrySet().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getKey(), rule.getValue()::run));
  }

  @Override
  protected Pair open(StreamKind kind) {
    StreamPort near = session.open(net, session.client(), kind);
    // The header goes out by itself, so the stream arrives before it is used.
    TransportCommand.IncomingStream far = session.serverStreams().receiveMessage();
    return new Pair(near, CompletableFuture.completedFuture(far.port()));
  }

  @Override
  protected boolean await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      LockSupport.parkNanos(1_000_000);
    }
    return true;
  }

  @Override
  protected void settle() {
    // Two rounds through a bidirectional stream of their own: what was sent before has arrived.
    for (int round = 0; round < 2; round++) {
      StreamPort near = session.open(net, session.client(), StreamKind.BIDIRECTIONAL);
      TestProbe<TransportCommand.IncomingStream> streams = session.serverStreams();
      StreamPort far = streams.receiveMessage().port();
      near.finish();
      new PortProbe(far).all();
      far.finish();
      new PortProbe(near).all();
    }
  }
}
