package dev.ahti.transport.netty;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.spi.TransportCommand;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.StreamPortContract;
import dev.ahti.engine.wire.StreamKind;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** The contract of stream ports, kept over real QUIC and over HTTP/2. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NettyStreamPortIT extends StreamPortContract {
  private TestNet net;
  private final Map<HttpVersion, TestSession> sessions = new EnumMap<>(HttpVersion.class);
  private TestSession session;

  /** What the transport is set to besides. */
  String setting() {
    return "";
  }

  @BeforeAll
  void openSessions() {
    net = new TestNet("ahti.netty.streams-bidirectional = 1000", setting());
    for (HttpVersion version : HttpVersion.values()) {
      sessions.put(version, TestSession.open(net, net.pair(version)));
    }
  }

  @AfterAll
  void leavesNothing() {
    Closing.all(net);
  }

  @TestFactory
  Stream<DynamicContainer> keepsTheContract() {
    return sessions.entrySet().stream()
        .map(of -> DynamicContainer.dynamicContainer(of.getKey().name(), rules(of.getValue())));
  }

  private Stream<DynamicTest> rules(TestSession of) {
    session = of;
    return rules().entrySet().stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.getKey(),
                    () -> {
                      session = of;
                      rule.getValue().run();
                    }));
  }

  private boolean overHttp2() {
    return session == sessions.get(HttpVersion.HTTP_2);
  }

  @Override
  protected long code() {
    return overHttp2() ? 42 : super.code();
  }

  @Override
  protected boolean hasSessionFlow() {
    return !overHttp2();
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
