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
