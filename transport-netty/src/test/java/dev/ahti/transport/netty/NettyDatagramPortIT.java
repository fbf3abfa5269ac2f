package dev.ahti.transport.netty;

import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.DatagramPortContract;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** The contract of datagram ports, kept over real QUIC and over HTTP/2. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NettyDatagramPortIT extends DatagramPortContract {
  private static final int INCOMING = 8;
  private static final int OUTGOING = 6;

  private TestNet net;
  private final Map<HttpVersion, TestNet.Pair> connections = new EnumMap<>(HttpVersion.class);
  private TestNet.Pair connection;
  private TestSession session;

  /** What the transport is set to besides. */
  String setting() {
    return "";
  }

  @BeforeAll
  void connect() {
    net =
        new TestNet(
            "ahti.session.datagrams.incoming-max-buffered = " + INCOMING,
            "ahti.session.datagrams.outgoing-max-buffered = " + OUTGOING,
            setting());
    for (HttpVersion version : HttpVersion.values()) {
      connections.put(version, net.pair(version));
    }
  }

  @AfterAll
  void leavesNothing() {
    Closing.all(net);
  }

  @TestFactory
  Stream<DynamicContainer> keepsTheContract() {
    return connections.entrySet().stream()
        .map(of -> DynamicContainer.dynamicContainer(of.getKey().name(), rules(of.getValue())));
  }

  private Stream<DynamicTest> rules(TestNet.Pair of) {
    return rules().entrySet().stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.getKey(),
                    () -> {
                      connection = of;
                      rule.getValue().run();
                    }));
  }

  @Override
  protected Pair open() {
    session = TestSession.open(net, connection);
    return new Pair(session.clientDatagrams(), session.serverDatagrams());
  }

  @Override
  protected int incomingCapacity() {
    return INCOMING;
  }

  @Override
  protected int outgoingCapacity() {
    return OUTGOING;
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
