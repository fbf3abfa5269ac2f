package dev.ahti.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ahti.engine.actor.SessionHandle;
import dev.ahti.engine.dialect.Draft;
import dev.ahti.engine.gauge.Gauges;
import dev.ahti.engine.spi.StreamPort;
import dev.ahti.engine.testkit.Closing;
import dev.ahti.transport.netty.WireSession.Role;
import dev.ahti.wtspec.RawHttp;
import dev.ahti.wtspec.RawStream;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection of which three quarters of the unidirectional streams' places are lost. */
class WornOutWireIT {
  private static final int WORN = 6;

  private WireSession wire;

  @AfterEach
  void leavesNothing() {
    Closing.all(wire);
  }

  @ParameterizedTest
  @EnumSource
  void getsNoMoreSessionsAndItsSessionsAreAskedToWindUp(Role role) {
    wire = WireSession.start(role, Draft.D16, "ahti.netty.streams-unidirectional = 8");
    SessionHandle session = wire.open();
    RawStream connect = wire.connect;
    for (int lost = 0; lost < WORN; lost++) {
      wire.net.awaitGauge(Gauges.STREAMS_STRANDED, lost);
      RawStream stream = wire.raw.unidirectional(WireSession.oneWay(session) + "61");
      StreamPort port = EngineNet.take(session.incomingUnidirectional()).port();
      port.stopSending(7);
      stream.awaitStopped();
      stream.shutdown(false, true, 7);
    }
    assertEquals("800078ae00", connect.frame(0x00));
    wire.echoes(session);
    assertFalse(session.closed().isDone());
    if (role == Role.SERVER) {
      RawStream late =
          wire.raw.bidirectional(RawHttp.headers(RawClient.era(Draft.D16).connect("/echo")));
      assertEquals("RESET 0x10b", late.end());
    } else {
      CompletableFuture<SessionHandle> next = wire.dial();
      wire.net.await(1, wire.raw::furtherConnections, "the other connection");
      next.cancel(false);
    }
    session.close(0, "");
    assertEquals(WireSession.CLOSE, connect.frame(0x00));
    connect.finish("");
  }
}
