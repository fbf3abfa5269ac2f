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
import dev.ahti.engine.error.WebTransportErrorCode;
import dev.ahti.engine.error.WebTransportHttp2ErrorCode;
import dev.ahti.engine.testkit.Conformance;
import dev.ahti.engine.vectors.Vectors;
import dev.ahti.engine.wire.Capsule;
import dev.ahti.engine.wire.CapsuleDecoder;
import dev.ahti.engine.wire.StreamKind;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("draft-ietf-webtrans-http3-16 5.3 to 5.6: flow control of a session")
class SessionWindowsTest {
  private static final InitialLimits OURS = new InitialLimits(1000, 4, 6);
  private static final InitialLimits PEERS = new InitialLimits(500, 2, 3);

  private final SessionWindows windows = new SessionWindows(new FlowControl(OURS, PEERS, false));
  private final SessionWindows strict = new SessionWindows(new FlowControl(OURS, PEERS, true));

  private static void assertEndsSession(@Nullable Violation violation) {
    assertNotNull(violation);
    assertEquals(WebTransportErrorCode.WT_FLOW_CONTROL_ERROR, violation.code());
    assertEquals(Scope.SESSION, violation.scope());
  }

  // What we send.

  @Test
  void sendsNoMoreThanTheLimitAndSaysOnceALimitThatItIsBlocked() {
    windows.sent(499);
    assertEquals(1, windows.sendable());
    assertThrows(IllegalStateException.class, () -> windows.sent(2));
    windows.sent(1);
    assertEquals(0, windows.sendable());
    assertEquals(new Capsule.DataBlocked(500), windows.dataBlocked());
    assertNull(windows.dataBlocked());
    assertNull(windows.on(new Capsule.MaxData(501)));
    assertEquals(1, windows.sendable());
    windows.sent(1);
    assertEquals(new Capsule.DataBlocked(501), windows.dataBlocked());
    assertNull(windows.dataBlocked());
  }

  @Test
  void bytesThatNeverLeftMayBeSentAgain() {
    windows.sent(500);
    windows.unsent(20);
    assertEquals(20, windows.sendable());
    assertThrows(IllegalStateException.class, () -> windows.unsent(481));
  }

  @ParameterizedTest
  @EnumSource
  void opensNoMoreStreamsThanTheLimitOfTheKind(StreamKind kind) {
    long limit = PEERS.streams(kind);
    for (int i = 0; i < limit; i++) {
      assertTrue(windows.mayOpen(kind));
      windows.opened(kind);
    }
    assertFalse(windows.mayOpen(kind));
    assertThrows(IllegalStateException.class, () -> windows.opened(kind));
    assertEquals(new Capsule.StreamsBlocked(kind, limit), windows.streamsBlocked(kind));
    assertNull(windows.streamsBlocked(kind));
    StreamKind other = kind == BIDIRECTIONAL ? UNIDIRECTIONAL : BIDIRECTIONAL;
    assertTrue(windows.mayOpen(other));
    assertNull(windows.on(new Capsule.MaxStreams(kind, limit + 1)));
    assertTrue(windows.mayOpen(kind));
    windows.opened(kind);
    assertEquals(new Capsule.StreamsBlocked(kind, limit + 1), windows.streamsBlocked(kind));
  }

  @Test
  void streamThatWasNotOpenedAfterAllDoesNotCount() {
    windows.opened(UNIDIRECTIONAL);
    windows.opened(UNIDIRECTIONAL);
    windows.notOpened(UNIDIRECTIONAL);
    assertTrue(windows.mayOpen(UNIDIRECTIONAL));
  }

  @Test
  void peerWithoutLimitsBlocksUntilItsCapsules() {
    SessionWindows blocked =
        new SessionWindows(new FlowControl(OURS, new InitialLimits(0, 0, 0), true));
    assertEquals(0, blocked.sendable());
    assertFalse(blocked.mayOpen(BIDIRECTIONAL));
    assertEquals(new Capsule.DataBlocked(0), blocked.dataBlocked());
    assertNull(blocked.on(new Capsule.MaxData(7)));
    assertNull(blocked.on(new Capsule.MaxStreams(BIDIRECTIONAL, 1)));
    assertEquals(7, blocked.sendable());
    assertTrue(blocked.mayOpen(BIDIRECTIONAL));
  }

  // What the peer grants.

  @ParameterizedTest
  @CsvSource({
    // capsule, limit, strict, allowed
    "data, 501, true, true",
    "data, 501, false, true",
    "data, 500, true, false",
    "data, 500, false, true",
    "data, 499, true, false",
    "data, 499, false, false",
    "data, 0, false, false",
    "data, 4611686018427387903, true, true",
    "BIDIRECTIONAL, 4, true, true",
    "BIDIRECTIONAL, 3, true, false",
    "BIDIRECTIONAL, 3, false, true",
    "BIDIRECTIONAL, 2, false, false",
    "UNIDIRECTIONAL, 3, true, true",
    "UNIDIRECTIONAL, 2, true, false",
    "UNIDIRECTIONAL, 2, false, true",
    "UNIDIRECTIONAL, 1, false, false",
    "BIDIRECTIONAL, 1152921504606846976, true, true",
    "BIDIRECTIONAL, 1152921504606846977, false, false",
    "UNIDIRECTIONAL, 1152921504606846976, true, true",
    "UNIDIRECTIONAL, 1152921504606846977, false, false",
  })
  void limitHasToRise(String what, long limit, boolean mustRise, boolean allowed) {
    SessionWindows judged = mustRise ? strict : windows;
    Capsule capsule =
        what.equals("data")
            ? new Capsule.MaxData(limit)
            : new Capsule.MaxStreams(StreamKind.valueOf(what), limit);
    Violation violation = judged.on(capsule);
    if (allowed) {
      assertNull(violation);
    } else {
      assertEndsSession(violation);
    }
  }

  @Test
  void limitIsComparedWithTheOneBeforeAndNotWithTheFirst() {
    assertNull(windows.on(new Capsule.MaxData(900)));
    assertEndsSession(windows.on(new Capsule.MaxData(899)));
    assertNull(strict.on(new Capsule.MaxStreams(BIDIRECTIONAL, 10)));
    assertEndsSession(strict.on(new Capsule.MaxStreams(BIDIRECTIONAL, 10)));
  }

  @Test
  void blockedCapsulesBringNoCredit() {
    assertNull(windows.on(new Capsule.DataBlocked(0)));
    assertNull(windows.on(new Capsule.DataBlocked(1000)));
    assertNull(windows.on(new Capsule.StreamsBlocked(BIDIRECTIONAL, 1L << 60)));
    assertEndsSession(windows.on(new Capsule.StreamsBlocked(BIDIRECTIONAL, (1L << 60) + 1)));
    assertEndsSession(windows.on(new Capsule.StreamsBlocked(UNIDIRECTIONAL, (1L << 60) + 1)));
    assertNull(windows.grantData());
    assertNull(windows.grantStreams(BIDIRECTIONAL));
  }

  @Test
  void otherCapsulesAreNoneOfItsBusiness() {
    assertNull(windows.on(new Capsule.DrainSession()));
  }

  // What comes.

  @Test
  void endsTheSessionAtTheFirstByteBeyondTheLimit() {
    assertNull(windows.received(1000));
    assertEquals(0, windows.receivable());
    assertEndsSession(windows.received(1));
  }

  @ParameterizedTest
  @EnumSource
  void endsTheSessionAtTheFirstStreamBeyondTheLimitOfItsKind(StreamKind kind) {
    for (int i = 0; i < OURS.streams(kind); i++) {
      assertNull(windows.peerOpened(kind));
    }
    assertEndsSession(windows.peerOpened(kind));
  }

  @Test
  void grantsBytesByConsumptionOnly() {
    assertNull(windows.received(1000));
    assertNull(windows.grantData());
    windows.consumed(499);
    assertNull(windows.grantData());
    windows.consumed(1);
    assertEquals(new Capsule.MaxData(1500), windows.grantData());
    assertNull(windows.grantData());
    assertEquals(500, windows.receivable());
    assertNull(windows.received(500));
    assertEndsSession(windows.received(1));
  }

  @Test
  void grantsStreamsAsThoseOfThePeerEnd() {
    for (int i = 0; i < 4; i++) {
      assertNull(windows.peerOpened(UNIDIRECTIONAL));
    }
    windows.peerClosed(UNIDIRECTIONAL);
    assertNull(windows.grantStreams(UNIDIRECTIONAL));
    windows.peerClosed(UNIDIRECTIONAL);
    assertEquals(new Capsule.MaxStreams(UNIDIRECTIONAL, 6), windows.grantStreams(UNIDIRECTIONAL));
    assertNull(windows.grantStreams(BIDIRECTIONAL));
    assertNull(windows.peerOpened(UNIDIRECTIONAL));
    assertNull(windows.peerOpened(UNIDIRECTIONAL));
    assertEndsSession(windows.peerOpened(UNIDIRECTIONAL));
  }

  @Test
  void streamsThatAreAnticipatedAreGrantedAtOnceAndStayGranted() {
    assertNull(windows.anticipate(UNIDIRECTIONAL, 3));
    assertEquals(new Capsule.MaxStreams(UNIDIRECTIONAL, 5), windows.anticipate(UNIDIRECTIONAL, 5));
    assertNull(windows.anticipate(UNIDIRECTIONAL, 5));
    assertEquals(
        new Capsule.MaxStreams(UNIDIRECTIONAL, 65_535), windows.anticipate(UNIDIRECTIONAL, 65_535));
    assertNull(windows.anticipate(UNIDIRECTIONAL, 0));
    for (int i = 0; i < 65_535; i++) {
      assertNull(windows.peerOpened(UNIDIRECTIONAL));
    }
    assertEndsSession(windows.peerOpened(UNIDIRECTIONAL));
    assertEquals(new Capsule.MaxStreams(BIDIRECTIONAL, 7), windows.anticipate(BIDIRECTIONAL, 7));
  }

  @Test
  void fewerThatAreAnticipatedMakeTheWindowAsSmallAsConfiguredAgain() {
    assertEquals(
        new Capsule.MaxStreams(UNIDIRECTIONAL, 100), windows.anticipate(UNIDIRECTIONAL, 100));
    assertNull(windows.anticipate(UNIDIRECTIONAL, 0));
    for (int i = 0; i < 98; i++) {
      assertNull(windows.peerOpened(UNIDIRECTIONAL));
      windows.peerClosed(UNIDIRECTIONAL);
    }
    // 98 consumed, and four ahead of them, as configured.
    assertEquals(new Capsule.MaxStreams(UNIDIRECTIONAL, 102), windows.grantStreams(UNIDIRECTIONAL));
  }

  @Test
  @DisplayName("bytes that nobody sees bring credit, and accuse nobody")
  void unseenBytes() {
    assertNull(windows.received(100));
    windows.consumed(100);
    // The peer has used all of its credit on a stream that it then reset.
    windows.unseen(900);
    assertEquals(new Capsule.MaxData(2000), windows.grantData());
    assertNull(windows.received(1000));
    // At most as much as was unseen comes beyond a window.
    assertNull(windows.received(900));
    assertEndsSession(windows.received(1));
  }

  @Test
  void sumOfUpperBoundsDoesNotOverflow() {
    for (int i = 0; i < 10; i++) {
      windows.unseen(Long.MAX_VALUE / 2);
    }
    assertEquals(new Capsule.MaxData((1L << 62) - 1), windows.grantData());
    assertNull(windows.grantData());
  }

  @Test
  @DisplayName("two sides with any windows never stop for ever, and never break a limit")
  void twoSides() {
    for (long window : new long[] {1, 2, 3, 7, 1000}) {
      InitialLimits limits = new InitialLimits(window, 1, 1);
      SessionWindows sender = new SessionWindows(new FlowControl(limits, limits, true));
      SessionWindows receiver = new SessionWindows(new FlowControl(limits, limits, true));
      for (long moved = 0; moved < 10_000; ) {
        long part = Math.min(sender.sendable(), 1 + moved % 5);
        assertTrue(part > 0, "stopped after " + moved + " with a window of " + window);
        sender.sent(part);
        assertNull(receiver.received(part));
        receiver.consumed(part);
        Capsule grant = receiver.grantData();
        if (grant != null) {
          assertNull(sender.on(grant));
        }
        moved += part;
      }
    }
  }

  @Test
  @Conformance("H3-B-53")
  void firstCapsuleIsComparedWithTheSettings() {
    assertEndsSession(strict.on(new Capsule.MaxData(PEERS.data())));
    assertEndsSession(strict.on(new Capsule.MaxStreams(UNIDIRECTIONAL, 2)));
    assertEndsSession(strict.on(new Capsule.MaxStreams(BIDIRECTIONAL, 3)));
  }

  @ParameterizedTest
  @CsvSource({
    "max data 65536, 65536",
    "max streams bidirectional 100, 100",
    "max streams unidirectional 100, 100",
    "max streams bidirectional 2^60, 1152921504606846976",
  })
  void takesTheVectorsSplitAtEveryByte(String name, long limit) {
    ByteString bytes = Vectors.load("capsules", name);
    for (int cut = 0; cut <= bytes.length(); cut++) {
      SessionWindows fresh = new SessionWindows(new FlowControl(OURS, PEERS, true));
      CapsuleDecoder decoder = new CapsuleDecoder(CapsuleDecoder.Limits.DEFAULT);
      for (ByteString piece : new ByteString[] {bytes.take(cut), bytes.drop(cut)}) {
        decoder.feed(piece).capsules().forEach(capsule -> assertNull(fresh.on(capsule)));
      }
      long used = 0;
      StreamKind kind = name.contains(" uni") ? UNIDIRECTIONAL : BIDIRECTIONAL;
      if (name.contains("data")) {
        used = fresh.sendable();
      } else {
        // A limit that is equal in strict mode ends the session: so that one is the limit now.
        assertEndsSession(fresh.on(new Capsule.MaxStreams(kind, limit)));
        used = limit;
      }
      assertEquals(limit, used, "split at " + cut);
    }
  }

  // Over HTTP/2.

  @Test
  void anEqualLimitIsNoneTooLowOverHttp2AndALowerOneHasTheCodeOfHttp2() {
    MuxLimits limits = new MuxLimits(OURS, StreamLimits.NONE);
    SessionWindows http2 =
        SessionWindows.overHttp2(limits, new MuxLimits(PEERS, StreamLimits.NONE));
    assertNull(http2.on(new Capsule.MaxData(500)));
    assertNull(http2.on(new Capsule.MaxStreams(BIDIRECTIONAL, 3)));
    Violation violation = http2.on(new Capsule.MaxData(499));
    assertNotNull(violation);
    assertEquals(WebTransportHttp2ErrorCode.WT_FLOW_CONTROL_ERROR, violation.code());
    assertEquals(new Capsule.MaxData(1000), http2.grantedData());
    assertEquals(new Capsule.MaxStreams(UNIDIRECTIONAL, 4), http2.grantedStreams(UNIDIRECTIONAL));
  }
}
