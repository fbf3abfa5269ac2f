package dev.ahti.transport.netty;

import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.testkit.StreamPortContract;
import dev.ahti.engine.wire.StreamKind;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
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
    return PortProbe.holds(condition);
  }

  @Override
  protected void settle() {
    session.roundTrips(net);
  }
}
