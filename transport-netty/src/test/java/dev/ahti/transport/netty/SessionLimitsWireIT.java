package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.transport.netty.WireSession.Role;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawStream;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * When sessions may begin, how many a connection has, and when it takes no more
 * (draft-ietf-webtrans-http3-16 3, 5.1 and 6): the engine in both roles against a peer that writes
 * raw bytes.
 */
class SessionLimitsWireIT {
  private static final String GONE = "RESET 0x170d7b68";
  private static final String REQUEST_REJECTED = "RESET 0x10b";

  @TempDir Path qlog;

  private WireSession wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire);
  }

  /** The peer asks for one more session; how it is answered is for the caller to see. */
  private RawStream ask(Draft draft) {
    return wire.raw.bidirectional(RawHttp.headers(RawClient.era(draft).connect("/echo")));
  }

  private void close(SessionHandle session, RawStream connect) {
    session.close(0, "");
    assertEquals("FIN", connect.end());
    connect.finish("");
  }

  // The engine is the server.

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-S-02")
  void aRequestWaitsForTheClientsSettings(Draft draft) {
    wire = new WireSession(Role.SERVER, draft, RawOptions.DEFAULTS);
    wire.connect.write(RawHttp.headers(RawClient.era(draft).connect("/echo")));
    wire.net.awaitGauge(Gauges.REQUESTS_WAITING, 1);
    wire.net.awaitGauge(Gauges.SESSIONS, 0);
    wire.settings();
    assertEquals("200", wire.connect.headers().get(":status").orElseThrow());
    close(wire.net.session(), wire.connect);
  }

  @ParameterizedTest
  @EnumSource(names = {"D07", "D14"})
  @Conformance("H3-S-15")
  void aSessionAboveMaxSessionsIsResetAndTheConnectionLives(Draft draft) {
    wire =
        new WireSession(
            Role.SERVER, draft, RawOptions.DEFAULTS, "ahti.session.max-per-connection = 2");
    // With limits, without which draft 14 has one session whatever was announced.
    wire.settings(FlowWire.limits(1000, 100, 100));
    SessionHandle first = wire.open();
    RawStream connect = wire.connect;
    SessionHandle second = wire.openAnother();
    assertEquals(REQUEST_REJECTED, ask(draft).end());
    wire.echoes(first);
    wire.echoes(second);
    close(first, connect);
    wire.lives();
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-S-17")
  void aSessionAboveTheServersOwnLimitIsAnsweredWith429OrReset(Draft draft) {
    wire =
        new WireSession(
            Role.SERVER, draft, RawOptions.DEFAULTS, "ahti.session.max-per-connection = 2");
    wire.settingsForSeveral();
    SessionHandle first = wire.open();
    SessionHandle second = wire.openAnother();
    RawStream third = ask(draft);
    if (draft == Draft.D02) {
      assertEquals("429", third.headers().get(":status").orElseThrow());
      assertEquals("FIN", third.end());
    } else {
      assertEquals(REQUEST_REJECTED, third.end());
    }
    wire.echoes(first);
    wire.echoes(second);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H3-S-18", "H3-S-19"})
  void streamsBeforeTheRequestReachItsSessionWhichMayOpenItsOwnAtOnce(Draft draft) {
    wire = WireSession.start(Role.SERVER, draft);
    wire.raw.bidirectional("404100").finish(RawHttp.hex("early"));
    wire.net.awaitGauge(Gauges.EARLY_STREAMS, 1);
    wire.connect.write(RawHttp.headers(RawClient.era(draft).connect("/greet")));
    // Opened by the handler, which runs before the answer has left.
    RawStream greeting = wire.raw.accept();
    assertEquals("405400" + RawHttp.hex("hi"), greeting.bytes(5));
    assertEquals("200", wire.connect.headers().get(":status").orElseThrow());
    SessionHandle session = wire.net.session();
    PortProbe early = new PortProbe(EngineNet.take(session.incomingBidirectional()).port());
    assertEquals("early", early.all().utf8String());
    close(session, wire.connect);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-S-22")
  void capsuleProtocolIsIgnoredInEveryDraft(Draft draft) {
    wire = WireSession.start(Role.SERVER, draft);
    wire.connect.write(
        RawHttp.headers(RawClient.era(draft).connect("/echo").with("capsule-protocol", "?0")));
    assertEquals("200", wire.connect.headers().get(":status").orElseThrow());
    close(wire.net.session(), wire.connect);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-S-21")
  void afterOurGoAwayLaterRequestsAreRejected(Draft draft) {
    wire =
        WireSession.start(
            Role.SERVER,
            draft,
            "ahti.session.close-timeout = 5 s",
            "ahti.connection.close-timeout = 5 s");
    wire.open();
    wire.listener.stop();
    assertEquals("00", wire.control.bytes(1));
    wire.control.frame(0x04);
    assertEquals("04", wire.control.frame(0x07));
    assertEquals(REQUEST_REJECTED, ask(draft).end());
    assertEquals(WireSession.CLOSE, wire.connect.frame(0x00));
    wire.connect.finish("");
    assertEquals("0x100", wire.raw.closeCode());
  }

  // The engine is the client.

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-C-01")
  void noRequestIsSentBeforeTheServersSettings(Draft draft) {
    wire = new WireSession(Role.CLIENT, draft, RawOptions.DEFAULTS);
    // A stream of a reserved type is stopped: the client has seen all that came until now.
    wire.raw.unidirectional("21").awaitStopped();
    assertEquals(0, wire.raw.waitingStreams());
    wire.settings();
    SessionHandle session = wire.open();
    assertEquals(0, session.id());
    close(session, wire.connect);
  }

  @ParameterizedTest
  @EnumSource(names = {"D14", "D16"})
  @Conformance("H3-C-20")
  void withoutFlowControlASecondSessionTakesAnotherConnection(Draft draft) {
    wire = WireSession.start(Role.CLIENT, draft);
    SessionHandle first = wire.open();
    takesAnotherConnection();
    wire.echoes(first);
    close(first, wire.connect);
  }

  @ParameterizedTest
  @CsvSource({"D07, c0000000c671706a02", "D14, 94e9cd2902"})
  @Conformance("H3-C-21")
  void aSessionAboveMaxSessionsTakesAnotherConnection(Draft draft, String maxSessions) {
    wire = new WireSession(Role.CLIENT, draft, RawOptions.DEFAULTS);
    wire.raw.unidirectional(
        FlowWire.control("0801" + "3301" + maxSessions + FlowWire.limits(1000, 100, 100)));
    SessionHandle first = wire.open();
    RawStream connect = wire.connect;
    SessionHandle second = wire.openAnother();
    assertEquals(4, second.id());
    takesAnotherConnection();
    wire.echoes(first);
    wire.echoes(second);
    close(first, connect);
    close(second, wire.connect);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-C-22")
  void afterTheServersGoAwayASessionTakesAnotherConnection(Draft draft) {
    wire = new WireSession(Role.CLIENT, draft, RawOptions.DEFAULTS);
    // With limits, so that it is not for want of them that the connection has one session.
    wire.settings(FlowWire.limits(1000, 100, 100));
    SessionHandle first = wire.open();
    wire.rawControl.write(RawHttp.frame(0x07, "04"));
    TestNet.get(first.draining());
    takesAnotherConnection();
    wire.echoes(first);
    close(first, wire.connect);
  }

  /** The peer closes it at once: it is enough to see that it comes, and nothing on the first. */
  private void takesAnotherConnection() {
    CompletableFuture<SessionHandle> next = wire.dial();
    wire.net.await(1, wire.raw::furtherConnections, "the other connection");
    assertEquals(0, wire.raw.waitingStreams());
    next.cancel(false);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H3-C-11", "H3-C-24"})
  void aRefusalFailsTheSessionAndEndsTheStreamsThatCameBeforeIt(Draft draft) {
    wire = WireSession.start(Role.CLIENT, draft);
    RawStream connect = wire.raw.accept();
    connect.headers();
    RawStream both = wire.raw.bidirectional("404100" + RawHttp.hex("hi"));
    RawStream oneWay = wire.raw.unidirectional("405400" + RawHttp.hex("hi"));
    wire.raw.datagram("00" + RawHttp.hex("hi"));
    wire.net.awaitGauge(Gauges.INCOMING_STREAMS_WAITING, 2);
    assertFalse(wire.dialled().isDone());
    // ":status: 403" is entry 68 of the static table (RFC 9204 A).
    connect.finish("01040000ff05");
    SessionFailure refused = assertThrows(SessionFailure.class, () -> TestNet.get(wire.dialled()));
    assertEquals(OptionalInt.of(403), refused.status());
    assertEquals(GONE, both.end());
    both.awaitStopped();
    oneWay.awaitStopped();
    assertEquals("FIN", connect.end());
    wire.net.awaitGauge(Gauges.DATAGRAMS_WAITING, 0);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H3-C-23", "H3-B-20"})
  void streamsOfTheServerBeforeTheRequestAndBeforeTheAnswerReachTheSession(Draft draft) {
    wire = new WireSession(Role.CLIENT, draft, RawOptions.DEFAULTS);
    wire.raw.bidirectional("404100").finish(RawHttp.hex("before the request"));
    wire.net.awaitGauge(Gauges.EARLY_STREAMS, 1);
    wire.settings();
    RawStream connect = wire.raw.accept();
    connect.headers();
    wire.net.awaitGauge(Gauges.INCOMING_STREAMS_WAITING, 1);
    wire.raw.bidirectional("404100").finish(RawHttp.hex("before the answer"));
    wire.net.awaitGauge(Gauges.INCOMING_STREAMS_WAITING, 2);
    connect.write(WireSession.ANSWER);
    SessionHandle session = TestNet.get(wire.dialled());
    for (String text : new String[] {"before the request", "before the answer"}) {
      PortProbe stream = new PortProbe(EngineNet.take(session.incomingBidirectional()).port());
      assertEquals(text, stream.all().utf8String());
    }
    close(session, connect);
  }

  @ParameterizedTest
  @EnumSource
  @Conformance({"H3-B-21", "H3-B-22"})
  void aClientHoldsAsManyEarlyStreamsAndDatagramsAsItMay(Draft draft) {
    wire = new WireSession(Role.CLIENT, draft, RawOptions.DEFAULTS.withQlog(qlog));
    wire.settings();
    SessionHandle session = wire.open();
    for (int i = 0; i < 24; i++) {
      wire.raw.unidirectional("405404");
    }
    wire.net.awaitGauge(Gauges.EARLY_STREAMS, 24);
    RawStream oneMore = wire.raw.bidirectional("404104");
    assertEquals("RESET 0x3994bd84", oneMore.end());
    oneMore.awaitStopped();
    RawStream oneMoreOneWay = wire.raw.unidirectional("405404");
    oneMoreOneWay.awaitStopped();
    for (int i = 0; i < 20; i++) {
      wire.raw.datagram("01" + RawHttp.number(i));
    }
    wire.net.awaitGauge(Gauges.EARLY_DATAGRAMS_DROPPED, 4);
    wire.echoes(session);
    close(session, wire.connect);
    StopCodes.of(wire.raw, qlog).are("0x3994bd84", oneMore, oneMoreOneWay);
  }

  // Both.

  @ParameterizedTest
  @MethodSource("dev.ahti.transport.netty.WireSession#rolesAndDrafts")
  @Conformance("H3-B-62")
  void theConnectionClosesWhenThePeerHasEndedTheConnectStream(Role role, Draft draft) {
    wire =
        WireSession.start(
            role,
            draft,
            "ahti.session.close-timeout = 9 s",
            "ahti.connection.close-timeout = 9 s",
            "ahti.dialer.pool-idle-timeout = 0 s");
    SessionHandle session = wire.open();
    long before = System.nanoTime();
    end(role, session);
    assertEquals(WireSession.CLOSE, wire.connect.frame(0x00));
    assertEquals("FIN", wire.connect.end());
    wire.raw.unidirectional("21").awaitStopped();
    assertTrue(wire.raw.connection().isActive());
    wire.connect.finish("");
    assertEquals("0x100", wire.raw.closeCode());
    assertTrue(System.nanoTime() - before < TimeUnit.SECONDS.toNanos(9));
  }

  @ParameterizedTest
  @MethodSource("dev.ahti.transport.netty.WireSession#rolesAndDrafts")
  @Conformance("H3-B-62")
  void theConnectionWaitsNoLongerForThePeerThanItMay(Role role, Draft draft) {
    wire =
        WireSession.start(
            role,
            draft,
            "ahti.session.close-timeout = 300 ms",
            "ahti.connection.close-timeout = 300 ms",
            "ahti.dialer.pool-idle-timeout = 0 s");
    SessionHandle session = wire.open();
    long before = System.nanoTime();
    end(role, session);
    assertEquals("0x100", wire.raw.closeCode());
    assertTrue(System.nanoTime() - before >= TimeUnit.MILLISECONDS.toNanos(300));
  }

  /** What ends a connection: the listener's stop, or the end of the last session of a client. */
  private void end(Role role, SessionHandle session) {
    if (role == Role.SERVER) {
      wire.listener.stop();
    } else {
      session.close(0, "");
    }
  }
}
