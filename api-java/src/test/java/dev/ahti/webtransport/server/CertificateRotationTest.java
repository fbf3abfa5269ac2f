package dev.ahti.webtransport.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ahti.webtransport.WebTransportHash;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which certificate is shown when, without a clock. */
class CertificateRotationTest {
  private static final Instant START = Instant.parse("2026-12-01T12:00:00Z");
  private static final Duration TURN = Duration.ofDays(12);
  private static final Duration OVERLAP = Duration.ofDays(1);
  private static final CertificateRotation.Times TIMES =
      new CertificateRotation.Times(TURN, OVERLAP);

  private final CertificateRotation first =
      CertificateRotation.start(TIMES, List.of("localhost"), START);

  private static void assertValid(ServerCertificate certificate, Instant from, Instant until) {
    X509Certificate leaf = certificate.chain().get(0);
    assertEquals(from, leaf.getNotBefore().toInstant());
    assertEquals(until, leaf.getNotAfter().toInstant());
    assertTrue(certificate.acceptedByHash());
  }

  @Test
  void eachIsValidForTheOverlapOnBothSidesOfItsTurnAndNoLongerThanBrowsersAccept() {
    assertValid(first.current(), START.minus(OVERLAP), START.plus(TURN).plus(OVERLAP));
    Instant second = START.plus(TURN);
    assertValid(first.next(), second.minus(OVERLAP), second.plus(TURN).plus(OVERLAP));
    assertNotEquals(first.current().hash(), first.next().hash());
  }

  @Test
  void nothingChangesWithinATurn() {
    assertSame(first, first.at(START));
    assertSame(first, first.at(START.plus(TURN).minusNanos(1)));
    assertSame(first, first.at(START.minus(OVERLAP)), "a clock that was put back a little");
  }

  @Test
  void theNextIsShownWhenItsTurnComesAndAnotherIsMade() {
    CertificateRotation second = first.at(START.plus(TURN));
    assertSame(first.next(), second.current());
    assertEquals(START.plus(TURN), second.since());
    assertNotEquals(second.current().hash(), second.next().hash());
    // Looked at late: the turns stay where they were.
    assertEquals(START.plus(TURN), first.at(START.plus(TURN).plusSeconds(3600)).since());
  }

  @Test
  void whoeverKnowsTheHashesCanConnectUntilTheNextTurnIsOver() {
    List<WebTransportHash> known = List.of(first.current().hash(), first.next().hash());
    CertificateRotation last = first.at(first.known().minusNanos(1));
    assertTrue(known.contains(last.current().hash()));
    assertTrue(!known.contains(first.at(first.known()).current().hash()));
  }

  @Test
  void bothAreNewWhenBothTurnsAreOverOrTheClockWasPutFarBack() {
    for (Instant now : List.of(first.known(), START.minus(OVERLAP).minusNanos(1))) {
      CertificateRotation anew = first.at(now);
      assertEquals(now, anew.since());
      assertNotEquals(first.current().hash(), anew.current().hash());
      assertNotEquals(first.next().hash(), anew.current().hash());
    }
  }
}
