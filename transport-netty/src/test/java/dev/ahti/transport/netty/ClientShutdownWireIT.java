package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionEnd;
import dev.ahti.engine.actor.SessionFailure;
import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.transport.netty.WireSession.Role;
import dev.ahti.wtspec.RawStream;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Our client's program ends while sessions are open: what a server that records raw bytes sees of
 * it (draft-ietf-webtrans-http3-16 6, RFC 9114 5.2).
 */
class ClientShutdownWireIT {
  private WireSession wire;
  private SessionHandle first;
  private RawStream firstConnect;
  private SessionHandle second;
  private RawStream secondConnect;

  /** Two sessions on a connection that waits so long for the ends of their CONNECT streams. */
  private void open(String patience) {
    wire =
        WireSession.start(
            Role.CLIENT,
            Draft.D02,
            "ahti.session.close-timeout = " + patience,
            "ahti.connection.close-timeout = " + patience,
            // The test looks at what is left afterwards.
            "pekko.coordinated-shutdown.terminate-actor-system = off",
            "pekko.coordinated-shutdown.run-by-actor-system-terminate = off");
    first = wire.open();
    firstConnect = wire.connect;
    second = wire.openAnother();
    secondConnect = wire.connect;
    assertEquals("00", wire.control.bytes(1));
    wire.control.frame(0x04);
  }

  @AfterEach
  void leavesNothing() {
    Closing.all(wire);
  }

  private CompletionStage<Done> shutDown() {
    return CoordinatedShutdown.get(wire.net.kit.system())
        .runAll(CoordinatedShutdown.unknownReason());
  }

  private void saidGoodBye() {
    // A client's GOAWAY names the first push that it does not take; it has never allowed one.
    assertEquals("00", wire.control.frame(0x07));
    for (RawStream connect : new RawStream[] {firstConnect, secondConnect}) {
      assertEquals(WireSession.CLOSE, connect.frame(0x00));
      assertEquals("FIN", connect.end());
    }
    for (SessionHandle session : new SessionHandle[] {first, second}) {
      assertEquals(new SessionEnd(0, "", false), TestNet.get(session.closed()));
    }
  }

  @Test
  @Conformance("H3-B-62")
  void theServerIsToldAndTheConnectionWaitsForEveryConnectStream() {
    open("9 s");
    long before = System.nanoTime();
    CompletionStage<Done> shutdown = shutDown();
    saidGoodBye();
    // Whoever asks now is refused, and nothing of it is sent.
    SessionFailure late = assertThrows(SessionFailure.class, () -> TestNet.get(wire.dial()));
    assertTrue(late.getMessage().contains("shutting down"), late.getMessage());
    firstConnect.finish("");
    // The connection is read in order: by now the end of that one is known, and is not enough.
    wire.raw.unidirectional("21").awaitStopped();
    assertTrue(wire.raw.connection().isActive());
    assertEquals(0, wire.raw.waitingStreams());
    secondConnect.finish("");
    assertEquals("0x100", wire.raw.closeCode());
    TestNet.get(shutdown);
    assertTrue(System.nanoTime() - before < TimeUnit.SECONDS.toNanos(9));
  }

  @Test
  @Conformance("H3-B-62")
  void theConnectionWaitsNoLongerThanItMay() {
    open("300 ms");
    long before = System.nanoTime();
    CompletionStage<Done> shutdown = shutDown();
    saidGoodBye();
    assertEquals("0x100", wire.raw.closeCode());
    TestNet.get(shutdown);
    assertTrue(System.nanoTime() - before >= TimeUnit.MILLISECONDS.toNanos(300));
  }
}
