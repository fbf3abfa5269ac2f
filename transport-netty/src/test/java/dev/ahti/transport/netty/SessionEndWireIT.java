package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionEnd;
import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.DatagramWriter;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.wire.StreamKind;
import dev.ahti.transport.netty.WireSession.Role;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How a session ends, in every order (draft-ietf-webtrans-http3-16 6): the engine in both roles
 * against a peer that writes raw bytes.
 */
class SessionEndWireIT {
  private static final String EACH = "dev.ahti.transport.netty.WireSession#rolesAndDrafts";
  private static final String GONE = "RESET 0x170d7b68";
  private static final String STOPPED_AS_GONE = "0x170d7b68";

  @TempDir Path qlog;

  private WireSession wire;
  private SessionHandle session;
  private RawStream connect;

  private void open(Role role, Draft draft) {
    wire = new WireSession(role, draft, RawOptions.DEFAULTS.withQlog(qlog));
    wire.settings();
    session = wire.open();
    connect = wire.connect;
  }

  /** On a connection that may have more sessions than this one. */
  private void openOneOfSeveral(Role role, Draft draft) {
    wire = new WireSession(role, draft, RawOptions.DEFAULTS.withQlog(qlog));
    wire.settingsForSeveral();
    session = wire.open();
    connect = wire.connect;
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(wire);
  }

  private SessionFailure failure() {
    return assertThrows(SessionFailure.class, () -> TestNet.get(session.closed()));
  }

  private void closesWith(long code, String reason, boolean byPeer) {
    assertEquals(new SessionEnd(code, reason, byPeer), TestNet.get(session.closed()));
  }

  /** A capsule in a DATA frame: CLOSE with code 7 and the reason "bye". */
  private static String close7() {
    return RawHttp.capsule(0x2843, "00000007" + RawHttp.hex("bye"));
  }

  // The peer ends it.

  @ParameterizedTest
  @MethodSource(EACH)
  @Conformance("H3-B-35")
  void closeOfThePeerIsToldAndAnsweredWithTheEndOfOurSide(Role role, Draft draft) {
    open(role, draft);
    connect.finish(close7());
    closesWith(7, "bye", true);
    assertEquals("FIN", connect.end());
    wire.lives();
  }

  /** Settings, request or answer, stream and capsule: each byte in a packet of its own. */
  @ParameterizedTest
  @MethodSource(EACH)
  void aSessionWhoseBytesComeOneByOneOpensEchoesAndCloses(Role role, Draft draft) {
    wire = new WireSession(role, draft, RawOptions.DEFAULTS.withEachByteAlone());
    wire.settings();
    session = wire.open();
    wire.echoes(session);
    wire.connect.finish(close7());
    closesWith(7, "bye", true);
    assertEquals("FIN", wire.connect.end());
    wire.lives();
  }

  @ParameterizedTest
  @MethodSource(EACH)
  @Conformance("H3-B-40")
  void endOfThePeersSideAloneIsACloseWithCode0(Role role, Draft draft) {
    open(role, draft);
    connect.finish("");
    closesWith(0, "", true);
    assertEquals("FIN", connect.end());
    wire.lives();
  }

  @ParameterizedTest
  @MethodSource(EACH)
  void resetOfThePeerIsAnAbruptEnd(Role role, Draft draft) {
    open(role, draft);
    connect.shutdown(true, true, 0x10c);
    assertTrue(failure().getMessage().contains("0x10c"));
    wire.lives();
  }

  // This side ends it.

  @ParameterizedTest
  @MethodSource(EACH)
  @Conformance({"H3-B-33", "H3-B-34"})
  void closeIsACapsuleCutAtACharacterAndTheEndAtOnce(Role role, Draft draft) {
    open(role, draft);
    session.close(0xffff_ffffL, "a" + "\u00e4".repeat(600));
    // Type 0x2843, 4 + 1023 bytes: the 1024th would be half a letter.
    assertEquals("6843" + "4403" + "ffffffff" + "61" + "c3a4".repeat(511), connect.frame(0x00));
    assertEquals("FIN", connect.end());
    closesWith(0xffff_ffffL, "a" + "\u00e4".repeat(511), false);
    connect.finish("");
    wire.lives();
  }

  @ParameterizedTest
  @MethodSource(EACH)
  void bothSidesMayCloseAtOnceAndEachKeepsItsOwn(Role role, Draft draft) {
    open(role, draft);
    session.close(3, "ours");
    connect.finish(close7());
    closesWith(3, "ours", false);
    assertEquals("FIN", connect.end());
    wire.lives();
  }

  @ParameterizedTest
  @EnumSource
  void withoutCreditForTheCloseTheConnectStreamIsReset(Role role) {
    // Room for the request or the answer, and none for a CLOSE of a kilobyte.
    wire =
        new WireSession(
            role,
            Draft.D16,
            RawOptions.DEFAULTS.withWindows(1 << 20, 512),
            "ahti.session.close-timeout = 300 ms");
    wire.settings();
    session = wire.open();
    connect = wire.connect;
    connect.channel().config().setAutoRead(false);
    long before = System.nanoTime();
    session.close(1, "x".repeat(1024));
    closesWith(1, "x".repeat(1024), false);
    connect.awaitStopped();
    assertTrue(System.nanoTime() - before >= TimeUnit.MILLISECONDS.toNanos(300));
    connect.channel().config().setAutoRead(true);
    assertEquals("RESET 0x170d7b68", connect.end());
    connect.shutdown(false, true, 0x10c);
    wire.net.awaitGauge(Gauges.SESSIONS, 0);
    wire.lives();
  }

  // Whoever ends it.

  /** How a session ends. */
  enum Ending {
    OUR_CLOSE,
    OUR_ABORT,
    PEERS_CLOSE,
    PEERS_FIN,
    PEERS_RESET
  }

  private void end(Ending ending) {
    switch (ending) {
      case OUR_CLOSE -> {
        session.close(1, "");
        connect.finish("");
      }
      case OUR_ABORT -> session.abort(0x10c, "test");
      case PEERS_CLOSE -> connect.finish(close7());
      case PEERS_FIN -> connect.finish("");
      case PEERS_RESET -> connect.shutdown(true, true, 0x10c);
    }
  }

  private void everyStreamEnds(Role role, Draft draft, Ending ending) {
    open(role, draft);
    RawStream taken = wire.raw.bidirectional(WireSession.both(session) + "6869");
    EngineNet.take(session.incomingBidirectional());
    RawStream waiting = wire.raw.bidirectional(WireSession.both(session) + "6869");
    RawStream takenOneWay = wire.raw.unidirectional(WireSession.oneWay(session) + "6869");
    EngineNet.take(session.incomingUnidirectional());
    RawStream waitingOneWay = wire.raw.unidirectional(WireSession.oneWay(session) + "6869");
    wire.net.awaitGauge(Gauges.INCOMING_STREAMS_WAITING, 2);
    List<RawStream> ours = new ArrayList<>();
    for (StreamKind kind : StreamKind.values()) {
      TestNet.get(session.openStream(kind)).port().offer(ByteString.fromString("hi"));
      RawStream opened = wire.raw.accept();
      opened.bytes(5);
      ours.add(opened);
    }
    end(ending);
    for (RawStream both : List.of(taken, waiting)) {
      assertEquals(GONE, both.end());
      both.awaitStopped();
    }
    takenOneWay.awaitStopped();
    waitingOneWay.awaitStopped();
    for (RawStream opened : ours) {
      assertEquals(GONE, opened.end());
    }
    // Both directions are the engine's to stop where there are two, whoever opened the stream.
    RawStream oursBoth = ours.get(StreamKind.BIDIRECTIONAL.ordinal());
    oursBoth.awaitStopped();
    wire.lives();
    StopCodes.of(wire.raw, qlog)
        .are(STOPPED_AS_GONE, taken, waiting, takenOneWay, waitingOneWay, oursBoth);
  }

  static Stream<Arguments> draftsAndEndings() {
    return Stream.of(Draft.values())
        .flatMap(draft -> Stream.of(Ending.values()).map(end -> Arguments.of(draft, end)));
  }

  @ParameterizedTest
  @MethodSource("draftsAndEndings")
  @Conformance("H3-B-30")
  void everyStreamOfAServersSessionEndsWithSessionGone(Draft draft, Ending ending) {
    everyStreamEnds(Role.SERVER, draft, ending);
  }

  @ParameterizedTest
  @MethodSource("draftsAndEndings")
  @Conformance("H3-B-30")
  void everyStreamOfAClientsSessionEndsWithSessionGone(Draft draft, Ending ending) {
    everyStreamEnds(Role.CLIENT, draft, ending);
  }

  @ParameterizedTest
  @MethodSource(EACH)
  @Conformance({"H3-B-18", "H3-B-31"})
  void nothingIsOpenedOrSentAfterTheEnd(Role role, Draft draft) {
    openOneOfSeveral(role, draft);
    DatagramWriter writer = session.newDatagramWriter();
    session.close(1, "");
    writer.offer(ByteString.fromString("late"));
    assertThrows(
        SessionFailure.class, () -> TestNet.get(session.openStream(StreamKind.UNIDIRECTIONAL)));
    assertEquals("FIN", connect.end());
    writer.offer(ByteString.fromString("later"));
    connect.finish("");
    // Datagrams and streams come in order: what had been sent would come before these.
    SessionHandle next = wire.openAnother();
    next.newDatagramWriter().offer(ByteString.fromString("next"));
    assertEquals(RawHttp.number(next.id() / 4) + RawHttp.hex("next"), wire.raw.datagram());
    TestNet.get(next.openStream(StreamKind.BIDIRECTIONAL));
    assertEquals(WireSession.both(next), wire.raw.accept().bytes(3));
    wire.connect.finish("");
  }

  @ParameterizedTest
  @MethodSource(EACH)
  @Conformance("H3-B-13")
  void lateStreamsAreRejectedAndTheConnectionLives(Role role, Draft draft) {
    open(role, draft);
    session.close(0, "");
    assertEquals("FIN", connect.end());
    RawStream whileItCloses = wire.raw.bidirectional(WireSession.both(session));
    assertEquals(GONE, whileItCloses.end());
    whileItCloses.awaitStopped();
    connect.finish("");
    wire.net.awaitGauge(Gauges.SESSIONS, 0);
    RawStream late = wire.raw.bidirectional(WireSession.both(session));
    assertEquals(GONE, late.end());
    late.awaitStopped();
    RawStream lateOneWay = wire.raw.unidirectional(WireSession.oneWay(session));
    lateOneWay.awaitStopped();
    wire.lives();
    StopCodes.of(wire.raw, qlog).are(STOPPED_AS_GONE, whileItCloses, late, lateOneWay);
  }

  @ParameterizedTest
  @MethodSource(EACH)
  @Conformance("H3-B-17")
  void lateDatagramsAreDroppedAndTheConnectionLives(Role role, Draft draft) {
    open(role, draft);
    connect.finish("");
    closesWith(0, "", true);
    assertEquals("FIN", connect.end());
    wire.raw.datagram("00" + RawHttp.hex("late"));
    wire.net.awaitGauge(Gauges.DATAGRAMS_DROPPED_INCOMING, 1);
    wire.lives();
    wire.net.awaitGauge(Gauges.EARLY_DATAGRAMS, 0);
  }

  // Winding up.

  static Stream<Arguments> draftsWithDrain() {
    return WireSession.rolesAndDrafts().filter(each -> each.get()[1] != Draft.D02);
  }

  @ParameterizedTest
  @MethodSource("draftsWithDrain")
  @Conformance("H3-B-44")
  void drainIsAnEmptyCapsuleAndTheSessionGoesOn(Role role, Draft draft) {
    open(role, draft);
    session.drain();
    session.drain();
    assertEquals("800078ae00", connect.frame(0x00));
    wire.echoes(session);
    connect.write(RawHttp.capsule(0x78ae, "") + RawHttp.capsule(0x78ae, ""));
    TestNet.get(session.draining());
    wire.echoes(session);
    assertFalse(session.closed().isDone());
    session.close(0, "");
    assertEquals(WireSession.CLOSE, connect.frame(0x00));
    connect.finish("");
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-B-41")
  void drainIsUnknownToDraft02(Role role) {
    open(role, Draft.D02);
    // The second has a byte, which is malformed where the type is known.
    connect.write(RawHttp.capsule(0x78ae, "") + RawHttp.capsule(0x78ae, "00"));
    wire.net.awaitGauge(Gauges.CAPSULES_SKIPPED_BYTES, 11);
    wire.echoes(session);
    assertFalse(session.draining().isDone());
    session.drain();
    wire.echoes(session);
    session.close(0, "");
    assertEquals(WireSession.CLOSE, connect.frame(0x00));
    connect.finish("");
  }

  @ParameterizedTest
  @MethodSource(EACH)
  @Conformance({"H3-B-32", "H3-B-61"})
  void goAwayOfThePeerFiresDrainingOnEverySessionAndEachEndsByItself(Role role, Draft draft) {
    openOneOfSeveral(role, draft);
    SessionHandle other = wire.openAnother();
    RawStream connectOfOther = wire.connect;
    // GOAWAY: a client names a push, a server a request.
    wire.rawControl.write(RawHttp.frame(0x07, RawHttp.number(8)));
    TestNet.get(session.draining());
    TestNet.get(other.draining());
    wire.echoes(session);
    session.close(0, "");
    assertEquals("FIN", connect.end());
    connect.finish("");
    wire.echoes(other);
    assertFalse(other.closed().isDone());
    other.newDatagramWriter().offer(ByteString.fromString("hi"));
    assertEquals("01" + RawHttp.hex("hi"), wire.raw.datagram());
    other.close(0, "");
    connectOfOther.finish("");
  }
}
