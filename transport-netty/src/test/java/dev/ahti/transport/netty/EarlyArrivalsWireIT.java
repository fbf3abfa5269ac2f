package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.Fields;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import dev.ahti.wtspec.RawStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Streams and datagrams whose CONNECT has not come yet, and those whose session is over
 * (draft-ietf-webtrans-http3-16 4.6): the engine against a peer that writes raw bytes.
 */
class EarlyArrivalsWireIT {
  private static final String REJECTED = "RESET 0x3994bd84";
  private static final String GONE = "RESET 0x170d7b68";

  @TempDir Path qlog;

  private EngineNet net;
  private RawPeer raw;
  private RawStream connect;
  private Draft draft;

  private void start(String... settings) {
    start(Draft.D02, settings);
  }

  private void start(Draft spoken, String... settings) {
    draft = spoken;
    net = new EngineNet(settings);
    raw =
        RawPeer.connect(
            net.listen(DialectPolicy.only(draft)).address().getPort(),
            RawOptions.DEFAULTS.withQlog(qlog));
    raw.unidirectional(RawClient.control(draft));
    // The lowest id, 0, so that the request's stream can be named before the request is written.
    connect = raw.bidirectional("");
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(raw, net);
  }

  private SessionHandle connect() {
    connect.write(RawClient.headers(RawClient.connect(draft, "/echo")));
    SessionHandle session = net.session();
    assertEquals("200", RawClient.headers(connect).get(":status").orElseThrow());
    return session;
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H3-B-20", "H3-S-19"})
  void streamsBeforeTheRequestAreDeliveredAfterIt(Draft spoken) {
    start(spoken);
    raw.unidirectional("405400").finish(RawHttp.hex("one way"));
    RawStream both = raw.bidirectional("404100");
    both.finish(RawHttp.hex("both ways"));
    net.awaitGauge(Gauges.EARLY_STREAMS, 2);
    SessionHandle session = connect();
    PortProbe oneWay = new PortProbe(EngineNet.take(session.incomingUnidirectional()).port());
    assertEquals("one way", oneWay.all().utf8String());
    PortProbe bothWays = new PortProbe(EngineNet.take(session.incomingBidirectional()).port());
    assertEquals("both ways", bothWays.all().utf8String());
    bothWays.write(ByteString.fromString("answer"));
    bothWays.port().finish();
    assertEquals(RawHttp.hex("answer"), both.bytes(6));
    assertEquals("FIN", both.end());
    net.awaitGauge(Gauges.EARLY_STREAMS, 0);
    net.awaitGauge(Gauges.EARLY_STREAMS_REFUSED, 0);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-B-21")
  void oneStreamAboveTheBoundIsRejectedAndTheConnectionLives(Draft spoken) {
    start(spoken);
    for (int i = 0; i < 24; i++) {
      raw.unidirectional("405400").finish(RawHttp.number(i));
    }
    net.awaitGauge(Gauges.EARLY_STREAMS, 24);
    RawStream oneMore = raw.bidirectional("404100");
    assertEquals(REJECTED, oneMore.end());
    oneMore.awaitStopped();
    RawStream oneMoreOneWay = raw.unidirectional("405400");
    oneMoreOneWay.awaitStopped();
    net.awaitGauge(Gauges.EARLY_STREAMS, 24);
    net.awaitGauge(Gauges.EARLY_STREAMS_REFUSED, 2);
    SessionHandle session = connect();
    Set<Integer> seen = new TreeSet<>();
    for (int i = 0; i < 24; i++) {
      StreamHandle stream = EngineNet.take(session.incomingUnidirectional());
      seen.add((int) new PortProbe(stream.port()).all().apply(0));
    }
    assertEquals(24, seen.size());
    assertNull(session.incomingBidirectional().poll());
    StopCodes.of(raw, qlog).are("0x3994bd84", oneMore, oneMoreOneWay);
  }

  @Test
  void streamsThatWaitTooLongAreRejectedAndTheConnectionLives() {
    start("ahti.early.hold = 200 ms");
    RawStream first = raw.bidirectional("404100");
    RawStream oneWay = raw.unidirectional("405400");
    assertEquals(REJECTED, first.end());
    first.awaitStopped();
    oneWay.awaitStopped();
    // The alarm is set again for what comes after it rang.
    assertEquals(REJECTED, raw.bidirectional("404100").end());
    net.awaitGauge(Gauges.EARLY_STREAMS_REFUSED, 3);
    SessionHandle session = connect();
    assertNull(session.incomingBidirectional().poll());
    assertNull(session.incomingUnidirectional().poll());
  }

  @Test
  void datagramsBeforeTheRequestAreDeliveredAfterIt() {
    start();
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      sent.add("d" + i);
      raw.datagram("00" + RawHttp.hex("d" + i));
    }
    net.awaitGauge(Gauges.EARLY_DATAGRAMS, 16);
    assertEquals(sent, datagrams(connect(), 16));
    net.awaitGauge(Gauges.EARLY_DATAGRAMS_DROPPED, 0);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-B-22")
  void datagramsAboveTheBoundDropTheOldestAndAreCounted(Draft spoken) {
    start(spoken);
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      sent.add("d" + i);
      raw.datagram("00" + RawHttp.hex("d" + i));
    }
    net.awaitGauge(Gauges.EARLY_DATAGRAMS_DROPPED, 4);
    net.awaitGauge(Gauges.EARLY_DATAGRAMS, 16);
    SessionHandle session = connect();
    assertEquals(sent.subList(4, 20), datagrams(session, 16));
    assertNull(session.datagrams().poll());
  }

  @Test
  void datagramsAboveTheBoundOfBytesAreDropped() {
    start("ahti.early.datagram-bytes = 2 KiB");
    for (int i = 0; i < 3; i++) {
      raw.datagram("00" + RawHttp.hex("x".repeat(1000)));
    }
    net.awaitGauge(Gauges.EARLY_DATAGRAMS_DROPPED, 1);
    assertEquals(2, datagrams(connect(), 2).size());
  }

  @Test
  void datagramsThatWaitTooLongAreDropped() {
    start("ahti.early.hold = 200 ms");
    raw.datagram("00" + RawHttp.hex("late"));
    net.awaitGauge(Gauges.EARLY_DATAGRAMS_DROPPED, 1);
    assertNull(connect().datagrams().poll());
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-B-13")
  void streamsOfASessionThatIsOverAreRejectedAsGone(Draft spoken) {
    start(spoken);
    SessionHandle session = connect();
    session.close(0, "");
    assertEquals("FIN", connect.end());
    connect.finish("");
    net.awaitGauge(Gauges.SESSIONS, 0);
    RawStream late = raw.bidirectional("404100");
    assertEquals(GONE, late.end());
    late.awaitStopped();
    RawStream lateOneWay = raw.unidirectional("405400");
    lateOneWay.awaitStopped();
    net.awaitGauge(Gauges.EARLY_STREAMS, 0);
    StopCodes.of(raw, qlog).are("0x170d7b68", late, lateOneWay);
  }

  @Test
  void streamsThatComeWhileTheirSessionClosesAreRejectedAsGone() {
    start();
    connect().close(0, "");
    assertEquals("FIN", connect.end());
    assertEquals(GONE, raw.bidirectional("404100").end());
    connect.finish("");
  }

  @Test
  void streamsOfARefusedRequestAreRejectedAsGoneEarlyAndLate() {
    start();
    RawStream early = raw.bidirectional("404100");
    net.awaitGauge(Gauges.EARLY_STREAMS, 1);
    Fields request = RawClient.connect(Draft.D02, "/nowhere");
    connect.finish(RawClient.headers(request));
    assertEquals("404", RawClient.headers(connect).get(":status").orElseThrow());
    assertEquals(GONE, early.end());
    assertEquals(GONE, raw.bidirectional("404100").end());
    assertTrue(raw.connection().isActive());
  }

  private static List<String> datagrams(SessionHandle session, int count) {
    LinkedBlockingQueue<Boolean> wakes = new LinkedBlockingQueue<>();
    session.datagrams().onReadable(() -> wakes.add(true));
    List<String> got = new ArrayList<>();
    while (got.size() < count) {
      ByteString datagram = session.datagrams().poll();
      if (datagram == null) {
        EngineNet.next(wakes, "a datagram");
      } else {
        got.add(datagram.utf8String());
      }
    }
    return got;
  }
}
