package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.transport.netty.WireSession.Role;
import dev.ahti.wtspec.RawOptions;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection ends at the smaller of both sides' idle time-outs (RFC 9000 10.1). */
class PeerIdleTimeoutWireIT {

  @ParameterizedTest
  @EnumSource
  void anIdleSessionOutlivesThreeIdleTimeoutsOfThePeerWithOurDefaults(Role role) {
    RawOptions brief = RawOptions.DEFAULTS.withIdleSeconds(1);
    try (WireSession wire = new WireSession(role, Draft.D16, brief)) {
      wire.settings();
      SessionHandle session = wire.open();
      wire.net.kit.createTestProbe().expectNoMessage(Duration.ofMillis(3500));
      assertFalse(session.closed().isDone());
      assertTrue(wire.raw.connection().isActive());
      long sent = wire.net.gauge(Gauges.KEEP_ALIVES);
      // Every third of a second, and no more often than that.
      assertTrue(sent >= 6 && sent <= 12, sent + " frames");
      wire.echoes(session);
    }
  }
}
