package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionEnd;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sessions that end before their request is answered, or in the packet that brings it
 * (draft-ietf-webtrans-http3-16 6, RFC 9114 4.1.1): the engine against a peer that writes raw
 * bytes.
 */
class UnansweredSessionWireIT {
  private static final String CANCELLED = "0x10c";
  private static final String GONE = "0x170d7b68";

  @TempDir Path qlog;

  private WireSession wire;
  private SessionHandle session;
  private RawStream unanswered;

  private void connect(Role role, Draft draft) {
    wire = new WireSession(role, draft, RawOptions.DEFAULTS.withQlog(qlog));
    wire.settings();
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(wire);
  }

  // Our client.

  /** Our client's request, on its way. */
  private RawStream requested(Draft draft) {
    connect(Role.CLIENT, draft);
    RawStream connect = wire.raw.accept();
    connect.headers();
    return connect;
  }

  @ParameterizedTest
  @EnumSource
  void ourClientThatGivesUpCancelsItsRequestInBothDirections(Draft draft) {
    RawStream connect = requested(draft);
    assertTrue(wire.dialled().cancel(false));
    assertEquals("RESET " + CANCELLED, connect.end());
    connect.awaitStopped();
    wire.net.awaitGauge(Gauges.SESSIONS, 0);
    // An answer that was on its way finds nobody, and does no harm.
    connect.write(WireSession.ANSWER);
    wire.raw.unidirectional("21").awaitStopped();
    assertTrue(wire.raw.connection().isActive());
    StopCodes.of(wire.raw, qlog).are(CANCELLED, connect);
  }

  @ParameterizedTest
  @EnumSource
  void aServersEndWithoutAnAnswerIsAClearFailure(Draft draft) {
    RawStream connect = requested(draft);
    connect.finish("");
    CompletableFuture<SessionHandle> dialled = wire.dialled();
    SessionFailure failure = assertThrows(SessionFailure.class, () -> TestNet.get(dialled));
    assertTrue(
        failure.getMessage().contains("the server ended the stream without an answer"),
        failure.getMessage());
    assertEquals("RESET " + CANCELLED, connect.end());
    wire.net.awaitGauge(Gauges.SESSIONS, 0);
    wire.raw.unidirectional("21").awaitStopped();
    assertTrue(wire.raw.connection().isActive());
  }

  /** Two sessions of our client on one connection, the second of which is not answered. */
  private CompletableFuture<SessionHandle> secondOfSeveral(Draft draft) {
    wire = new WireSession(Role.CLIENT, draft, RawOptions.DEFAULTS);
    wire.settingsForSeveral();
    session = wire.open();
    CompletableFuture<SessionHandle> second = wire.dial();
    unanswered = wire.raw.accept();
    unanswered.headers();
    return second;
  }

  /** The call takes another connection, which this peer closes; the session here goes on. */
  private void goesElsewhere(CompletableFuture<SessionHandle> call) {
    wire.net.await(1, wire.raw::furtherConnections, "the other connection");
    SessionFailure failure = assertThrows(SessionFailure.class, () -> TestNet.get(call));
    assertTrue(failure.getMessage().contains("closed by the peer"), failure.getMessage());
    wire.echoes(session);
    assertEquals(1, wire.raw.furtherConnections());
    session.close(0, "");
    wire.connect.finish("");
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-C-22")
  void aRequestThatTheServersGoAwayLeavesOutTakesAnotherConnection(Draft draft) {
    CompletableFuture<SessionHandle> second = secondOfSeveral(draft);
    wire.rawControl.write(RawHttp.frame(0x07, RawHttp.number(unanswered.id())));
    assertEquals("RESET " + CANCELLED, unanswered.end());
    unanswered.awaitStopped();
    goesElsewhere(second);
  }

  @ParameterizedTest
  @EnumSource
  void aRequestThatTheServerRejectsTakesAnotherConnection(Draft draft) {
    CompletableFuture<SessionHandle> second = secondOfSeveral(draft);
    unanswered.shutdown(true, true, 0x10b);
    goesElsewhere(second);
  }

  @ParameterizedTest
  @EnumSource
  void aRequestForWhichTheConnectionWasOpenedFailsWhenItIsRejected(Draft draft) {
    RawStream connect = requested(draft);
    connect.shutdown(true, true, 0x10b);
    CompletableFuture<SessionHandle> dialled = wire.dialled();
    SessionFailure failure = assertThrows(SessionFailure.class, () -> TestNet.get(dialled));
    assertTrue(failure.getMessage().contains("0x10b"), failure.getMessage());
    assertEquals(0, wire.raw.furtherConnections());
  }

  // Our server.

  private String request(Draft draft) {
    return RawHttp.headers(RawClient.era(draft).connect("/echo"));
  }

  @ParameterizedTest
  @EnumSource
  @Conformance("H3-B-35")
  void aRequestThatBringsItsOwnCloseIsAnsweredAndClosed(Draft draft) {
    connect(Role.SERVER, draft);
    // WT_CLOSE_SESSION with code 7 and no reason, then the end of the stream.
    wire.connect.finish(request(draft) + RawHttp.capsule(0x2843, "00000007"));
    assertEquals("200", wire.connect.headers().get(":status").orElseThrow());
    SessionHandle session = wire.net.session();
    assertEquals(new SessionEnd(7, "", true), TestNet.get(session.closed()));
    assertEquals("FIN", wire.connect.end());
    wire.net.awaitGauge(Gauges.SESSIONS, 0);
    wire.lives();
  }

  @ParameterizedTest
  @EnumSource
  void aRequestThatIsResetAtOnceLeavesNoSession(Draft draft) {
    connect(Role.SERVER, draft);
    wire.connect.write(request(draft));
    wire.connect.shutdown(false, true, 0x10c);
    String end = wire.connect.end();
    // QUIC may drop what came and was not read yet: then there was no request.
    if (!end.equals("RESET 0x10d")) {
      assertEquals("RESET " + GONE, end);
      CompletionStage<SessionEnd> closed = wire.net.session().closed();
      SessionFailure failure = assertThrows(SessionFailure.class, () -> TestNet.get(closed));
      assertTrue(failure.getMessage().contains("0x10c"), failure.getMessage());
    }
    wire.net.awaitGauge(Gauges.SESSIONS, 0);
    wire.lives();
  }
}
