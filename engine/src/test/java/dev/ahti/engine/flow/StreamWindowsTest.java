package dev.ahti.engine.flow;

import static dev.ahti.engine.wire.StreamKind.BIDIRECTIONAL;
import static dev.ahti.engine.wire.StreamKind.UNIDIRECTIONAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.engine.error.Scope;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.error.WebTransportHttp2ErrorCode;
import dev.ahti.engine.wire.VarInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("draft-ietf-webtrans-http2-15 4 and 6: flow control of one stream")
class StreamWindowsTest {
  private final StreamWindows windows = new StreamWindows(500, 1000);

  private static void assertEndsSession(@Nullable Violation violation) {
    assertNotNull(violation);
    assertEquals(WebTransportHttp2ErrorCode.WT_FLOW_CONTROL_ERROR, violation.code());
    assertEquals(Scope.SESSION, violation.scope());
  }

  @Test
  void sendsNoMoreThanTheLimitAndSaysOnceALimitThatItIsBlocked() {
    windows.sent(500);
    assertEquals(0, windows.sendable());
    assertEquals(500, windows.sentBytes());
    assertThrows(IllegalStateException.class, () -> windows.sent(1));
    assertEquals(OptionalLong.of(500), windows.blocked());
    assertEquals(OptionalLong.empty(), windows.blocked());
    assertNull(windows.raise(501));
    assertEquals(1, windows.sendable());
    windows.sent(1);
    assertEquals(OptionalLong.of(501), windows.blocked());
  }

  @Test
  void aLowerLimitEndsTheSessionAndAnEqualOneDoesNot() {
    assertNull(windows.raise(500));
    assertNull(windows.raise(600));
    assertEndsSession(windows.raise(599));
    assertNull(windows.raise(VarInt.MAX));
    assertEquals(VarInt.MAX, windows.sendable());
  }

  @Test
  void whatThePeerSaysLaterOfTheBeginningOnlyRaises() {
    windows.begin(100);
    assertEquals(500, windows.sendable());
    windows.begin(700);
    assertEquals(700, windows.sendable());
  }

  @Test
  void takesBytesUpToTheLimitAndNotOneMore() {
    assertNull(windows.received(999));
    assertNull(windows.received(1));
    assertEquals(1000, windows.receivedBytes());
    assertEndsSession(windows.received(1));
  }

  @Test
  void grantsByConsumptionAlone() {
    windows.received(1000);
    assertFalse(windows.grant());
    windows.consumed(499);
    assertFalse(windows.grant());
    windows.consumed(1);
    assertTrue(windows.grant());
    assertEquals(1500, windows.granted());
    assertNull(windows.received(500));
    assertEndsSession(windows.received(1));
  }

  @Test
  void aWindowOfNothingBecomesOneOfAByte() {
    StreamWindows none = new StreamWindows(0, 0);
    assertEquals(0, none.sendable());
    assertTrue(none.grant());
    assertEquals(1, none.granted());
  }

  @Test
  void aDeclaredLengthOfAnySizeDoesNotOverflow() {
    StreamWindows open = new StreamWindows(0, VarInt.MAX);
    assertNull(open.received(VarInt.MAX));
    assertEndsSession(open.received(VarInt.MAX));
  }

  @Test
  void theLimitOfAStreamIsThatOfItsKindAndOpener() {
    StreamLimits limits = new StreamLimits(1, 2, 3);
    assertEquals(1, limits.of(UNIDIRECTIONAL, false));
    assertEquals(2, limits.of(BIDIRECTIONAL, true));
    assertEquals(3, limits.of(BIDIRECTIONAL, false));
    assertEquals(new StreamLimits(1, 2, 3), limits.max(StreamLimits.NONE));
    assertEquals(new StreamLimits(2, 2, 3), limits.max(StreamLimits.of(2)));
    assertThrows(IllegalArgumentException.class, () -> StreamLimits.of(VarInt.MAX + 1));
    assertThrows(IllegalArgumentException.class, () -> StreamLimits.of(-1));
  }
}
