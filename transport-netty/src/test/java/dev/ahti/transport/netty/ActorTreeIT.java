package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ahti.engine.actor.DialRequest;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.LiveActors;
import dev.ahti.engine.wire.Fields;
import dev.ahti.engine.wire.StreamKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The actors that live while two sessions share a connection over UDP are those of the design, and
 * each goes with what it is for.
 */
class ActorTreeIT {
  private static final String DIALED = "/system/ahti/dialer/connection-1";
  private static final String ACCEPTED = "/system/ahti/listener-wire/connection-1";

  /** The dialer is there from the first dial on. */
  private static final List<String> ALWAYS =
      List.of("/system/ahti", "/system/ahti/dialer", "/system/ahti/listener-wire");

  private final EngineNet net = new EngineNet("ahti.dialer.pool-idle-timeout = 0 s");

  @AfterEach
  void leavesNothing() {
    net.close();
  }

  private SessionHandle dial(int port) {
    return TestNet.get(
        net.ahti.connect(
            new DialRequest(
                    "127.0.0.1",
                    port,
                    "example.org",
                    "/echo",
                    Optional.empty(),
                    Fields.empty(),
                    ServerTrust.Insecure.INSTANCE,
                    DialectPolicy.only(Draft.D02),
                    Duration.ofSeconds(10))
                .withPool("")));
  }

  private List<String> paths() {
    return LiveActors.matching(net.kit.system(), "/system/ahti(/.*)?").stream()
        .map(actor -> actor.path().toStringWithoutAddress())
        .sorted()
        .toList();
  }

  /** Waits for these actors, on both sides, and those that are always there. */
  private void awaitOnBothSides(String... ofConnection) {
    List<String> expected = new ArrayList<>(ALWAYS);
    for (String side : new String[] {DIALED, ACCEPTED}) {
      expected.add(side);
      Stream.of(ofConnection).map(name -> side + "/" + name).forEach(expected::add);
    }
    net.await(expected.stream().sorted().toList(), this::paths, "the actors");
  }

  private static StreamHandle open(SessionHandle session, StreamKind kind) {
    StreamHandle stream = TestNet.get(session.openStream(kind));
    stream.port().offer(ByteString.fromString("hello"));
    return stream;
  }

  @Test
  void actorsAreThoseOfTheDesignWhileSessionsAreOpenAndGoWithThem() {
    int port = net.listen(DialectPolicy.only(Draft.D02)).address().getPort();
    assertEquals(List.of("/system/ahti", "/system/ahti/listener-wire"), paths());

    SessionHandle first = dial(port);
    SessionHandle firstPeer = net.session();
    SessionHandle second = dial(port);
    SessionHandle secondPeer = net.session();
    awaitOnBothSides("transport", "session-0", "session-4");

    String both = "session-0/stream-" + open(first, StreamKind.BIDIRECTIONAL).port().id();
    String oneWay = "session-4/stream-" + open(secondPeer, StreamKind.UNIDIRECTIONAL).port().id();
    awaitOnBothSides("transport", "session-0", both, "session-4", oneWay);

    first.close(7, "");
    assertEquals(7, TestNet.get(firstPeer.closed()).code());
    awaitOnBothSides("transport", "session-4", oneWay);

    second.close(7, "");
    net.await(ALWAYS, this::paths, "the actors");
  }
}
