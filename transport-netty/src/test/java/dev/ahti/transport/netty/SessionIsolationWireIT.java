package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.testkit.LiveActors;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.PoisonPill;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two sessions on one connection, as D02 allows: what ends one leaves the other alone. */
class SessionIsolationWireIT {
  private static final String GONE = "RESET 0x170d7b68";

  private final EngineNet net =
      new EngineNet(
          "ahti.session.handler-failure-code = 77", "ahti.session.max-per-connection = 2");
  private RawPeer raw;

  @TempDir Path qlog;

  @BeforeEach
  void connect() {
    raw =
        RawPeer.connect(
            net.listen(DialectPolicy.only(Draft.D02)).address().getPort(),
            RawOptions.DEFAULTS.withQlog(qlog));
    raw.accept();
    raw.unidirectional(RawClient.control(Draft.D02));
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  private RawStream connect(String path) {
    RawStream stream = raw.bidirectional(RawClient.headers(RawClient.connect(Draft.D02, path)));
    assertEquals("200", RawClient.headers(stream).get(":status").orElseThrow());
    return stream;
  }

  /** One stream there and back, opened by the client. */
  private void echoes(SessionHandle session) {
    RawStream stream = raw.bidirectional("4041" + RawHttp.number(session.id()));
    stream.finish(RawHttp.hex("hello"));
    PortProbe server = new PortProbe(EngineNet.take(session.incomingBidirectional()).port());
    server.write(server.all());
    server.port().finish();
    assertEquals(RawHttp.hex("hello"), stream.bytes(5));
    assertEquals("FIN", stream.end());
  }

  private List<ActorRef> actors(long session) {
    return LiveActors.matching(
        net.kit.system(), "/system/ahti/listener-wire/connection-[0-9]+/session-" + session);
  }

  @Test
  @Conformance("H3-B-32")
  void handlerThatThrowsEndsItsOwnSessionWithTheConfiguredCode() {
    RawStream healthy = connect("/echo");
    SessionHandle session = net.session();
    echoes(session);
    RawStream failing = connect("/throw");
    assertEquals("6843040000004d", failing.frame(0x00));
    assertEquals("FIN", failing.end());
    failing.finish("");
    net.awaitGauge(Gauges.SESSIONS, 1);
    echoes(session);
    assertFalse(session.closed().isDone());
    session.close(0, "");
    assertEquals("68430400000000", healthy.frame(0x00));
    healthy.finish("");
  }

  @Test
  void sessionThatIsClosedMakesRoomForOneThatIsOpenedInTheSameFlight() {
    connect("/echo");
    SessionHandle other = net.session();
    RawStream first = connect("/echo");
    SessionHandle closed = net.session();
    RawStream second = raw.bidirectional("");
    raw.connection()
        .eventLoop()
        .execute(
            () -> {
              first.finish(RawHttp.frame(0x00, "68430400000007"));
              second.write(RawClient.headers(RawClient.connect(Draft.D02, "/echo")));
            });
    assertEquals("200", second.headers().get(":status").orElseThrow());
    SessionHandle reopened = net.session();
    assertEquals(7, TestNet.get(closed.closed()).code());
    assertEquals("FIN", first.end());
    echoes(reopened);
    echoes(other);
  }

  @Test
  @Conformance({"H3-B-30", "H3-B-32"})
  void stoppingTheActorOfASessionResetsItsStreamsAndLeavesTheOthersAlone() {
    connect("/echo");
    SessionHandle other = net.session();
    RawStream connect = connect("/echo");
    SessionHandle stopped = net.session();
    echoes(stopped);
    // Streams of both sides: taken, waiting to be taken, and opened here.
    String header = RawHttp.number(stopped.id());
    RawStream taken = raw.bidirectional("4041" + header + "6869");
    EngineNet.take(stopped.incomingBidirectional());
    RawStream waiting = raw.bidirectional("4041" + header);
    RawStream oneWay = raw.unidirectional("4054" + header);
    StreamHandle local = TestNet.get(stopped.openStream(StreamKind.UNIDIRECTIONAL));
    local.port().offer(ByteString.fromString("hi"));
    RawStream opened = raw.accept();
    assertEquals("4054" + header + "6869", opened.bytes(5));
    net.awaitGauge(Gauges.INCOMING_STREAMS_WAITING, 2);

    List<ActorRef> actors = actors(stopped.id());
    assertEquals(1, actors.size());
    actors.get(0).tell(PoisonPill.getInstance(), ActorRef.noSender());

    assertEquals(GONE, taken.end());
    taken.awaitStopped();
    assertEquals(GONE, waiting.end());
    waiting.awaitStopped();
    oneWay.awaitStopped();
    assertEquals(GONE, opened.end());
    // H3_INTERNAL_ERROR: nobody was left to send a CLOSE.
    assertEquals("RESET 0x102", connect.end());
    net.awaitGauge(Gauges.SESSIONS, 1);
    assertEquals(GONE, raw.bidirectional("4041" + header).end());
    assertEquals(List.of(), actors(stopped.id()));
    assertEquals(1, actors(other.id()).size());
    echoes(other);
    assertFalse(other.closed().isDone());
    StopCodes.of(raw, qlog).are("0x170d7b68", taken, waiting, oneWay);
  }

  @Test
  @Conformance("H3-B-32")
  void closingOneSessionLeavesTheStreamsOfTheOtherAlone() {
    connect("/echo");
    SessionHandle other = net.session();
    RawStream untouched = raw.bidirectional("404100" + "6869");
    PortProbe kept = new PortProbe(EngineNet.take(other.incomingBidirectional()).port());
    assertEquals("hi", kept.bytes(2).utf8String());
    RawStream connect = connect("/echo");
    SessionHandle closing = net.session();
    RawStream ends = raw.bidirectional("4041" + RawHttp.number(closing.id()));
    EngineNet.take(closing.incomingBidirectional());
    closing.close(5, "");
    assertEquals(GONE, ends.end());
    assertEquals("68430400000005", connect.frame(0x00));
    connect.finish("");
    untouched.finish("");
    assertEquals(0, kept.all().length());
    kept.write(ByteString.fromString("still here"));
    kept.port().finish();
    assertEquals(RawHttp.hex("still here"), untouched.bytes(10));
    assertEquals("FIN", untouched.end());
  }
}
