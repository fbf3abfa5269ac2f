package dev.ahti.engine.mux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.dialect.Http2Dialect;
import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.session.Role;
import dev.ahti.engine.wire.CapsuleDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Capsules that cost the peer no credit: bounded, whatever they say. RFC 9114 10.5. */
class ControlBudgetTest {
  private static final int BUDGET = 1000;

  private final MuxEnd server =
      new MuxEnd(
          new MuxSetup(
              Role.SERVER,
              Http2Dialect.DRAFT_15,
              MuxEnd.WIDE,
              false,
              MuxEnd.WIDE,
              CapsuleDecoder.Limits.DEFAULT,
              BUDGET,
              MuxEnd.CHUNK));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "max-data(2000000)",
        "max-bidi(2000)",
        "blocked-data(7)",
        "blocked-bidi(7)",
        "max-stream(0,2000000)",
        "blocked-stream(0,7)",
        "drain()"
      })
  void oneMoreThanTheBudgetEndsTheSession(String capsule) {
    server.receive("data(0,1)");
    int repeats = 0;
    String last = "";
    while (!last.contains("violated")) {
      last = server.receive(capsule);
      repeats++;
      assertTrue(repeats < BUDGET, "without end");
    }
    assertTrue(repeats > BUDGET / 20, "too early");
    assertTrue(server.mux.controlBytes() > BUDGET);
    assertTrue(last.contains("10.5"), last);
  }

  @Test
  void theSessionEndsWithTheCodeOfALoad() {
    String many = "max-data(2000000) ".repeat(BUDGET).trim();
    MuxEffect last =
        server.mux.receive(MuxWords.bytes(many)).stream().reduce((one, next) -> next).orElseThrow();
    assertEquals(Http3ErrorCode.H3_EXCESSIVE_LOAD, ((MuxEffect.Violated) last).violation().code());
  }

  @Test
  void itIsWholeAgainAfterARefill() {
    for (int i = 0; i < 10; i++) {
      assertFalse(server.receive("max-data(2000000) ".repeat(50).trim()).contains("violated"));
      server.mux.refillBudgets();
    }
  }

  @Test
  void bytesAndDatagramsAreNoControl() {
    for (int i = 0; i < BUDGET; i++) {
      assertFalse(server.receive("data(0,1) datagram(x)").contains("violated"));
    }
    assertEquals(0, server.mux.controlBytes());
  }
}
