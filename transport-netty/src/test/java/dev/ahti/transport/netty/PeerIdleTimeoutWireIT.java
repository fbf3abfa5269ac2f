package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.transport.netty.WireSession.Role;
import dev.ahti.wtspec.RawOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A connection ends at the smaller of both sides' idle time-outs (RFC 9000 10.1). */
class PeerIdleTimeoutWireIT {
  private static final int IDLE_SECONDS = 2;

  /** Both roles in one test: what it takes is real time. */
  @Test
  void idleSessionsOutliveThreeIdleTimeoutsOfThePeerWithOurDefaults() {
    RawOptions brief = RawOptions.DEFAULTS.withIdleSeconds(IDLE_SECONDS);
    long begun = System.nanoTime();
    WireSession client = new WireSession(Role.CLIENT, Draft.D16, brief);
    WireSession server = new WireSession(Role.SERVER, Draft.D16, brief);
    try {
      client.settings();
      server.settings();
      SessionHandle dialled = client.open();
      SessionHandle accepted = server.open();
      client.net.kit.createTestProbe().expectNoMessage(Duration.ofSeconds(3 * IDLE_SECONDS + 1));
      outlived(client, dialled, begun);
      outlived(server, accepted, begun);
    } finally {
      // Buffers are counted once, when both are gone.
      Closing.all(client.raw, server.raw, client.net::stop, server.net);
    }
  }

  private static void outlived(WireSession wire, SessionHandle session, long begun) {
    assertFalse(session.closed().isDone());
    assertTrue(wire.raw.connection().isActive());
    // Every third of the time-out and no more often than that, however late a timer strikes.
    long sent = wire.net.gauge(Gauges.KEEP_ALIVES);
    long most = 1 + (System.nanoTime() - begun) * 3 / Duration.ofSeconds(IDLE_SECONDS).toNanos();
    assertTrue(sent >= 3 && sent <= most, sent + " frames (expected: 3 to " + most + ")");
    wire.echoes(session);
  }
}
