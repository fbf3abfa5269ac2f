package dev.ahti.transport.netty;

import static dev.ahti.engine.wire.StreamKind.BIDIRECTIONAL;
import static dev.ahti.engine.wire.StreamKind.UNIDIRECTIONAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.WriteEnd;
import dev.ahti.engine.stage.StreamHandle;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Flow control of sessions as a peer on the wire sees it (draft-ietf-webtrans-http3-16 5). Holds
 * for both roles: {@link ServerFlowWireIT} and {@link ClientFlowWireIT} run it.
 */
abstract class FlowRules extends FlowWire {
  private static final long TOO_MANY = (1L << 60) + 1;

  /**
   * The drafts that have flow control, with each kind of stream. Of D07 it is draft 12, as the
   * peer's limits say.
   */
  static Stream<Arguments> draftsAndKinds() {
    return Stream.of(Draft.D07, Draft.D14, Draft.D16)
        .flatMap(draft -> Stream.of(StreamKind.values()).map(kind -> Arguments.of(draft, kind)));
  }

  private static long maxStreams(StreamKind kind) {
    return kind == BIDIRECTIONAL ? MAX_STREAMS_BIDI : MAX_STREAMS_UNI;
  }

  private static long streamsBlocked(StreamKind kind) {
    return kind == BIDIRECTIONAL ? STREAMS_BLOCKED_BIDI : STREAMS_BLOCKED_UNI;
  }

  @ParameterizedTest
  @EnumSource(names = {"D14", "D16"})
  @Conformance("H3-B-45")
  void withoutFlowControlItsCapsulesDoNothing(Draft draft) {
    net = new EngineNet(SMALL);
    open(draft, "");
    net.awaitGauge(Gauges.FLOW_SESSIONS, 0);
    send(MAX_DATA, 0);
    send(MAX_STREAMS_BIDI, 0);
    send(MAX_STREAMS_UNI, TOO_MANY);
    send(DATA_BLOCKED, 7);
    send(STREAMS_BLOCKED_BIDI, TOO_MANY);
    send(STREAMS_BLOCKED_UNI, TOO_MANY);
    for (int i = 0; i < 5; i++) {
      alive();
    }
    RawStream far = opened(UNIDIRECTIONAL, body(5000), true);
    assertEquals("00".repeat(5000), far.bytes(5000));
    assertFalse(session.closed().isDone());
  }

  @Conformance("H3-B-41")
  @ParameterizedTest
  @EnumSource(names = {"D02", "D07"})
  void capsulesOfFlowControlAreUnknownToDraftsWithoutIt(Draft draft) {
    net = new EngineNet(SMALL);
    open(draft, "");
    send(MAX_DATA, 0);
    for (long type : new long[] {MAX_DATA, MAX_STREAMS_UNI, MAX_STREAM_DATA, STREAM_DATA_BLOCKED}) {
      connect.write(RawHttp.capsule(type, ""));
    }
    alive();
    // Six bytes with the number, and five for each of the others.
    net.awaitGauge(Gauges.CAPSULES_SKIPPED_BYTES, 26);
    assertFalse(session.closed().isDone());
  }

  @Conformance({"H3-B-47", "H3-B-57"})
  @ParameterizedTest
  @MethodSource("draftsAndKinds")
  void opensNoMoreStreamsThanAllowedAlsoWhenSomeHaveEnded(Draft draft, StreamKind kind) {
    open(draft, 1000, 2, 2);
    List<CompletableFuture<StreamHandle>> opening = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      opening.add(opening(kind));
    }
    expect(streamsBlocked(kind), 2);
    for (int i = 0; i < 2; i++) {
      StreamHandle stream = TestNet.get(opening.get(i));
      stream.port().finish();
      RawStream far = raw.accept();
      assertEquals("FIN", far.end());
      if (kind == BIDIRECTIONAL) {
        far.finish("");
        new PortProbe(stream.port()).all();
      }
    }
    // Both have ended, and count for ever.
    net.awaitGauge(Gauges.STREAM_ACTORS, 0);
    assertFalse(opening.get(2).isDone());
    send(maxStreams(kind), 3);
    TestNet.get(opening.get(2)).port().finish();
    raw.accept();
    expect(streamsBlocked(kind), 3);
    assertFalse(opening.get(3).isDone());
    send(maxStreams(kind), 100);
    TestNet.get(opening.get(3)).port().finish();
    raw.accept();
  }

  @ParameterizedTest
  @EnumSource(names = {"D07", "D14", "D16"})
  @Conformance({"H3-B-48", "H3-B-57"})
  void sendsNoMoreBodyBytesThanAllowedAndTheRestIsFree(Draft draft) {
    open(draft, 1000, 4, 4);
    RawStream one = opened(UNIDIRECTIONAL, body(700), true);
    RawStream two = opened(BIDIRECTIONAL, body(700), true);
    assertEquals("00".repeat(700), one.bytes(700));
    assertEquals("FIN", one.end());
    two.bytes(300);
    expect(DATA_BLOCKED, 1000);
    // Headers, ends and datagrams go out all the same.
    RawStream empty = opened(UNIDIRECTIONAL, ByteString.emptyByteString(), true);
    assertEquals("FIN", empty.end());
    session.newDatagramWriter().offer(ByteString.fromString("hi"));
    assertEquals("006869", raw.datagram());
    net.awaitGauge(Gauges.FLOW_STREAMS_WAITING, 1);
    send(MAX_DATA, 1100);
    two.bytes(100);
    expect(DATA_BLOCKED, 1100);
    send(MAX_DATA, 10_000);
    two.bytes(300);
    assertEquals("FIN", two.end());
    net.awaitGauge(Gauges.FLOW_STREAMS_WAITING, 0);
  }

  @ParameterizedTest
  @EnumSource(names = {"D07", "D14", "D16"})
  @Conformance("H3-B-49")
  void streamThatWeResetCountsWithWhatItHasSent(Draft draft) {
    open(draft, 1000, 4, 4);
    StreamHandle reset = TestNet.get(session.openStream(UNIDIRECTIONAL));
    reset.port().offer(body(400));
    RawStream far = raw.accept();
    assertEquals("405400", far.bytes(3));
    far.bytes(400);
    reset.control().reset(1);
    assertTrue(far.end().startsWith("RESET 0x"));
    RawStream next = opened(UNIDIRECTIONAL, body(2000), true);
    next.bytes(600);
    expect(DATA_BLOCKED, 1000);
    send(MAX_DATA, 2400);
    next.bytes(1400);
    assertEquals("FIN", next.end());
  }

  @ParameterizedTest
  @EnumSource(names = {"D07", "D14", "D16"})
  @Conformance("H3-B-49")
  void streamThatThePeerResetsCountsAndGivesItsCreditBack(Draft draft) {
    open(draft, 1000, 4, 4);
    RawStream reset = rawStream(UNIDIRECTIONAL, bytes(900));
    PortProbe here = taken(UNIDIRECTIONAL);
    reset.shutdown(false, true, 0x52e4a40fa8dbL);
    here.end();
    // Whatever of the 900 was seen before the reset, the peer may send them and a window more.
    long limit = value(MAX_DATA);
    assertTrue(limit >= 1900, "limit " + limit);
    RawStream next = rawStream(UNIDIRECTIONAL, "");
    next.finish(bytes(1000));
    assertEquals(1000, taken(UNIDIRECTIONAL).all().length());
    assertFalse(session.closed().isDone());
  }

  @Conformance("H3-B-54")
  @ParameterizedTest
  @EnumSource(names = {"D07", "D14", "D16"})
  void equalLimitsAreAcceptedByDefault(Draft draft) {
    net = new EngineNet(SMALL);
    open(draft, limits(1000, 4, 4));
    send(MAX_DATA, 1000);
    send(MAX_STREAMS_BIDI, 4);
    send(MAX_STREAMS_UNI, 4);
    send(MAX_STREAMS_UNI, 5);
    send(MAX_STREAMS_UNI, 5);
    alive();
    assertFalse(session.closed().isDone());
  }

  @ParameterizedTest
  @EnumSource(names = {"D07", "D14", "D16"})
  @Conformance("H3-B-56")
  void creditComesByConsumptionAloneAndOnlyRises(Draft draft) {
    open(draft, 1000, 4, 4);
    RawStream stream = rawStream(UNIDIRECTIONAL, bytes(400));
    PortProbe here = taken(UNIDIRECTIONAL);
    here.bytes(400);
    // Less than half of the window is used up: no word of it.
    stream.write(bytes(100));
    here.bytes(100);
    expect(MAX_DATA, 1500);
    long limit = 1500;
    long sent = 500;
    for (int round = 0; round < 20; round++) {
      int more = (int) (limit - sent);
      stream.write(bytes(more));
      sent += more;
      here.bytes(more);
      long next = value(MAX_DATA);
      assertTrue(next > limit, next + " after " + limit);
      assertTrue(next <= sent + 1000, next + " with " + sent + " consumed");
      limit = next;
    }
  }

  @Conformance("H3-B-56")
  @ParameterizedTest
  @MethodSource("draftsAndKinds")
  void streamsThatHaveEndedBringNewOnesWithoutBeingAskedFor(Draft draft, StreamKind kind) {
    open(draft, 1000, 4, 4);
    long limit = 4;
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 2; i++) {
        RawStream stream = rawStream(kind, "");
        stream.finish("00");
        PortProbe here = taken(kind);
        here.all();
        here.port().finish();
      }
      long next = value(maxStreams(kind));
      assertEquals(limit + 2, next);
      limit = next;
    }
  }

  @Test
  void bytesThatNobodyTakesBringNoCredit() {
    open(1000, 4, 4);
    RawStream stream = rawStream(UNIDIRECTIONAL, bytes(900));
    PortProbe here = taken(UNIDIRECTIONAL);
    here.port().request(10_000);
    net.awaitGauge(Gauges.FLOW_RECEIVE_CREDIT, 100);
    send(DATA_BLOCKED, 1000);
    alive();
    net.awaitGauge(Gauges.FLOW_GRANTS, 0);
    here.bytes(900);
    stream.finish("");
    assertEquals(0, here.all().length());
    expect(MAX_DATA, 1905);
  }

  @ParameterizedTest
  @EnumSource(names = {"D07", "D14", "D16"})
  @Conformance("H3-B-58")
  void quicsLimitOfStreamsHoldsWhereItIsTheTighterOne(Draft draft) {
    // Our side opens one unidirectional stream for HTTP/3 itself, so four are left.
    options = options.withStreams(100, 5);
    open(draft, 1000, 100, 100);
    List<CompletableFuture<StreamHandle>> opening = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      opening.add(opening(UNIDIRECTIONAL));
    }
    for (int i = 0; i < 4; i++) {
      TestNet.get(opening.get(i));
    }
    alive();
    assertFalse(opening.get(4).isDone());
    net.awaitGauge(Gauges.FLOW_BLOCKED, 0);
    TestNet.get(opening.get(0)).port().finish();
    TestNet.get(opening.get(4));
    // What QUIC refused did not count: the session's limit still has 95 to give.
    for (int i = 1; i < 4; i++) {
      TestNet.get(opening.get(i)).port().finish();
    }
    for (int i = 0; i < 95; i++) {
      TestNet.get(opening(UNIDIRECTIONAL)).port().finish();
    }
    net.awaitGauge(Gauges.FLOW_BLOCKED, 0);
    opening(UNIDIRECTIONAL);
    expect(STREAMS_BLOCKED_UNI, 100);
  }

  @ParameterizedTest
  @EnumSource(names = {"D07", "D14", "D16"})
  @Conformance("H3-B-58")
  void quicsLimitOfBytesHoldsWhereItIsTheTighterOne(Draft draft) {
    options = options.withWindows(3000, 3000);
    open(draft, 1 << 20, 100, 100);
    StreamHandle stream = TestNet.get(session.openStream(UNIDIRECTIONAL));
    stream.port().offer(body(100_000));
    stream.port().finish();
    RawStream far = raw.accept();
    far.bytes(3 + 100_000);
    assertEquals("FIN", far.end());
    net.awaitGauge(Gauges.FLOW_BLOCKED, 0);
  }

  @Conformance("H3-B-59")
  @ParameterizedTest
  @CsvSource({
    "D02, true, 1, 9, false",
    "D07, true, 1, 0, false",
    "D07, true, 9, 0, false",
    "D07, true, 1, 9, true",
    "D07, false, 1, 9, false",
    "D14, true, 1, 0, false",
    "D14, true, 1, 9, true",
    "D14, false, 1, 9, false",
    "D14, false, 9, 0, false",
    "D16, true, 1, 0, false",
    "D16, true, 1, 9, true",
    "D16, false, 1, 9, false",
  })
  void isOnByTheRuleOfTheDraft(
      Draft draft, boolean offered, int announced, long theirs, boolean on) {
    List<String> settings = new ArrayList<>(List.of(SMALL));
    settings.add("ahti.session.flow.enabled = " + offered);
    net = new EngineNet(settings.toArray(String[]::new));
    sessions = announced;
    open(draft, limits(theirs, theirs, theirs));
    net.awaitGauge(Gauges.FLOW_SESSIONS, on ? 1 : 0);
    RawStream far = opened(UNIDIRECTIONAL, body(20), true);
    if (on) {
      far.bytes(9);
      expect(DATA_BLOCKED, 9);
      net.awaitGauge(Gauges.FLOW_STREAMS_WAITING, 1);
    } else {
      far.bytes(20);
      assertEquals("FIN", far.end());
    }
  }

  @Conformance("H3-B-59")
  @ParameterizedTest
  @CsvSource({
    "D07, 1, 9, 0, 0",
    "D07, 1, 0, 9, 0",
    "D07, 1, 0, 0, 9",
    "D14, 1, 9, 0, 0",
    "D14, 1, 0, 9, 0",
    "D14, 1, 0, 0, 9",
    "D14, 2, 0, 0, 0",
    "D16, 1, 9, 0, 0",
    "D16, 1, 0, 9, 0",
    "D16, 1, 0, 0, 9",
  })
  void oneLimitOrDraft14sSessionsAloneTurnItOnAndWhatWasNotSentIsZero(
      Draft draft, int announced, long data, long unidirectional, long bidirectional) {
    net = new EngineNet(SMALL);
    sessions = announced;
    open(draft, sent("6b61", data) + sent("6b64", unidirectional) + sent("6b65", bidirectional));
    net.awaitGauge(Gauges.FLOW_SESSIONS, 1);
    List<StreamHandle> streams =
        List.of(openedAt(UNIDIRECTIONAL, unidirectional), openedAt(BIDIRECTIONAL, bidirectional));
    // One after the other: equals share, and the second might get the first bytes.
    RawStream one = sending(streams.get(0), "405400");
    one.bytes((int) data);
    expect(DATA_BLOCKED, data);
    RawStream two = sending(streams.get(1), "404100");
    send(MAX_DATA, 40);
    one.bytes(20 - (int) data);
    two.bytes(20);
    assertEquals("FIN", one.end());
    assertEquals("FIN", two.end());
  }

  /** The far end of one that sends 20 bytes and its end, behind its header. */
  private RawStream sending(StreamHandle stream, String header) {
    stream.port().offer(body(20));
    stream.port().finish();
    RawStream far = raw.accept();
    assertEquals(header, far.bytes(3));
    return far;
  }

  /** A setting, or none where it is zero. */
  private static String sent(String id, long value) {
    return value == 0 ? "" : id + RawHttp.number(value);
  }

  /** A stream of ours, once the peer has raised its limit of streams if that is zero. */
  private StreamHandle openedAt(StreamKind kind, long limit) {
    CompletableFuture<StreamHandle> opening = opening(kind);
    if (limit == 0) {
      expect(streamsBlocked(kind), 0);
      assertFalse(opening.isDone());
      send(maxStreams(kind), 1);
    }
    return TestNet.get(opening);
  }

  @Test
  void peerThatGrantsByteByByteGetsEveryByteOfEachStream() {
    open(0, 4, 4);
    RawStream[] streams = new RawStream[3];
    for (int i = 0; i < streams.length; i++) {
      streams[i] = opened(UNIDIRECTIONAL, body(50), true);
    }
    expect(DATA_BLOCKED, 0);
    net.awaitGauge(Gauges.FLOW_STREAMS_WAITING, 3);
    for (int limit = 1; limit <= 150; limit++) {
      send(MAX_DATA, limit);
      // In turns: each stream is given a byte before the first gets its second.
      streams[(limit - 1) % 3].bytes(1);
    }
    for (RawStream stream : streams) {
      assertEquals("FIN", stream.end());
    }
  }

  @Test
  void stoppedStreamThatWaitsForCreditEndsAndTheOthersGoOn() {
    open(0, 4, 4);
    StreamHandle stopped = TestNet.get(session.openStream(UNIDIRECTIONAL));
    stopped.port().offer(body(10));
    RawStream far = raw.accept();
    far.bytes(3);
    RawStream other = opened(UNIDIRECTIONAL, body(10), true);
    net.awaitGauge(Gauges.FLOW_STREAMS_WAITING, 2);
    far.shutdown(true, false, 0x52e4a40fa8dbL);
    net.awaitGauge(Gauges.FLOW_STREAMS_WAITING, 1);
    send(MAX_DATA, 10);
    other.bytes(10);
    assertEquals("FIN", other.end());
  }

  @Test
  @Conformance("H3-B-48")
  void streamThatWaitsTooLongForCreditEndsAndTheSessionGoesOn() {
    List<String> settings = new ArrayList<>(List.of(SMALL));
    settings.add("ahti.netty.write-stall-timeout = 400 ms");
    net = new EngineNet(settings.toArray(String[]::new));
    open(Draft.D16, limits(100, 4, 4));
    PortProbe stalled = new PortProbe(TestNet.get(session.openStream(UNIDIRECTIONAL)).port());
    stalled.write(body(150));
    RawStream far = raw.accept();
    far.bytes(103);
    expect(DATA_BLOCKED, 100);
    assertEquals(new WriteEnd.Stalled(Duration.ofMillis(400)), stalled.writeEnd());
    net.awaitGauge(Gauges.WRITE_STALLS, 1);
    assertEquals("RESET 0x10c", far.end());
    // It has left the line: credit that comes now is for others.
    net.awaitGauge(Gauges.FLOW_STREAMS_WAITING, 0);
    net.awaitGauge(Gauges.OUTBOUND_QUEUED_BYTES, 0);
    send(MAX_DATA, 200);
    RawStream next = opened(UNIDIRECTIONAL, body(100), true);
    next.bytes(100);
    assertEquals("FIN", next.end());
    net.awaitGauge(Gauges.WRITE_STALLS, 1);
  }
}
