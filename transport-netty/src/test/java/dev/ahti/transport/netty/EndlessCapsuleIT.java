package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.transport.netty.WireSession.Role;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawOptions;
import dev.ahti.wtspec.RawPeer;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A capsule that says it has 2^62-1 bytes, and the first of them. */
@DisplayName("C3: a capsule of 2^62-1 bytes")
class EndlessCapsuleIT {
  private static final int MIB = 1 << 20;
  private static final int FLOWS = 16;

  /** The budget is for what is skipped, whatever flows; a fifth of it would be found in memory. */
  private static final int BUDGET = FLOWS + 2;

  private static final int MOST_HEAP = 3;

  /** A pool takes memory in large pieces; half of what flows would be seen all the same. */
  private static final int MOST_DIRECT = 8;

  /** A reserved type, and a datagram, of which 64 KiB is the most that we take. */
  @ParameterizedTest(name = "{0}, type {1}")
  @CsvSource({"SERVER, 23", "CLIENT, 23", "SERVER, 0"})
  void flowsThroughWithoutMemoryUntilItsBudgetIsUsedUp(Role role, long type) {
    try (WireSession wire =
        WireSession.start(
            role,
            Draft.D16,
            "ahti.session.capsule-budget = " + BUDGET + " MiB",
            "ahti.session.capsule-budget-window = 1 h")) {
      SessionHandle session = wire.open();
      String piece = RawHttp.frame(0x00, HexFormat.of().formatHex(new byte[MIB]));
      wire.connect.write(
          RawHttp.frame(0x00, RawHttp.number(type) + RawHttp.number((1L << 62) - 1)));
      flow(wire, piece, 1);
      Footprint before = Footprint.now();
      flow(wire, piece, FLOWS);
      before.grewByAtMost(MOST_HEAP, MOST_DIRECT);
      assertFalse(session.closed().isDone());
      wire.echoes(session);
      wire.connect.write(piece).write(piece).write(piece);
      assertEquals("RESET 0x107", wire.connect.end());
      wire.connect.awaitStopped();
      RawPeer raw = wire.raw;
      assertTrue(raw.connection().isActive());
    }
  }

  /** Limits that rise by one each: known capsules, with nothing to skip. */
  @ParameterizedTest
  @EnumSource
  void limitsThatRiseWithoutEndEndTheirSession(Role role) {
    try (WireSession wire =
        new WireSession(
            role,
            Draft.D16,
            RawOptions.DEFAULTS,
            "ahti.session.control-capsule-budget = 64 KiB",
            "ahti.session.capsule-budget-window = 1 h")) {
      wire.settingsForSeveral();
      SessionHandle session = wire.open();
      long limit = 1 << 20;
      for (int i = 0; i < 40; i++) {
        StringBuilder capsules = new StringBuilder();
        for (int k = 0; k < 100; k++) {
          capsules.append(RawHttp.frame(FlowWire.MAX_DATA, RawHttp.number(limit++)));
        }
        wire.connect.write(RawHttp.frame(0x00, capsules.toString()));
      }
      // Nine bytes each: all of them are less than the budget.
      wire.net.awaitGauge(Gauges.CAPSULES_CONTROL_BYTES, 36_000);
      assertFalse(session.closed().isDone());
      wire.echoes(session);
      String more = RawHttp.frame(FlowWire.MAX_DATA, RawHttp.number(1 << 21)).repeat(4000);
      wire.connect.write(RawHttp.frame(0x00, more));
      assertEquals("RESET 0x107", wire.connect.end());
      wire.connect.awaitStopped();
      assertTrue(wire.raw.connection().isActive());
    }
  }

  /**
   * Until so many pieces in all are skipped, one after the other, so that none waits at the peer.
   */
  private static void flow(WireSession wire, String piece, long pieces) {
    long skipped = wire.net.gauge(Gauges.CAPSULES_SKIPPED_BYTES) / MIB;
    for (long i = skipped + 1; i <= pieces; i++) {
      long until = i * MIB;
      wire.connect.write(piece);
      wire.net.await(
          true,
          () -> wire.net.gauge(Gauges.CAPSULES_SKIPPED_BYTES) >= until,
          "what is skipped, " + until);
    }
  }
}
