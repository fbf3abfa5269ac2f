package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.transport.netty.WireSession.Role;
import dev.ahti.wtspec.RawOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A thousand sessions, one after the other on one connection: nothing of them stays. */
class SessionVolumeIT {
  private static final int SESSIONS = 1000;

  @ParameterizedTest
  @EnumSource
  void aThousandSessionsLeaveTablesEmptyAndTheHeapFlat(Role role) {
    try (WireSession wire = new WireSession(role, Draft.D16, RawOptions.DEFAULTS)) {
      // With flow control, without which a connection has one session.
      wire.settings(FlowWire.limits(1000, 100, 100));
      Footprint early = null;
      for (int i = 0; i < SESSIONS; i++) {
        if (i == SESSIONS / 4) {
          early = nothingLeft(wire);
        }
        SessionHandle session = i == 0 ? wire.open() : wire.openAnother();
        wire.echoes(session);
        session.close(0, "");
        assertEquals(WireSession.CLOSE, wire.connect.frame(0x00));
        assertEquals("FIN", wire.connect.end());
        wire.connect.finish("");
        TestNet.get(session.closed());
      }
      nothingLeft(wire);
      // Less than 3 KiB a session: one that stays behind holds more.
      early.grewByAtMost(2, 8);
      assertEquals(0, wire.raw.furtherConnections());
      assertTrue(wire.raw.connection().isActive());
    }
  }

  private static Footprint nothingLeft(WireSession wire) {
    wire.net.awaitGauge(Gauges.SESSIONS, 0);
    wire.net.awaitGauge(Gauges.FLOW_SESSIONS, 0);
    wire.net.awaitGauge(Gauges.STREAMS, 0);
    wire.net.awaitGauge(Gauges.STREAM_ACTORS, 0);
    return Footprint.now();
  }
}
