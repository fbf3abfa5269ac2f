package dev.ahti.webtransport.server;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Two short-lived certificates: the one that is shown, and the one that comes after it, which is
 * made so early that its hash can be told to clients one turn ahead. Each is shown for {@code
 * turn}, and valid for {@code overlap} more on both sides: the clocks of clients differ, and a
 * client may ask a little late.
 *
 * <p>Immutable, without a clock.
 *
 * @param times how long
 * @param names whom the certificates are for
 * @param since when the turn of the current one began
 */
record CertificateRotation(
    Times times,
    List<String> names,
    Instant since,
    ServerCertificate current,
    ServerCertificate next) {

  /** Browsers accept none by its hash that is valid for longer. */
  static final Duration LONGEST_VALIDITY = Duration.ofDays(14);

  /**
   * How long.
   *
   * @param turn each certificate is shown
   * @param overlap each is valid before and after its turn
   */
  record Times(Duration turn, Duration overlap) {

    /** How long a certificate is valid in all. */
    Duration validity() {
      return turn.plus(overlap.multipliedBy(2));
    }
  }

  /** Begins: the first turn starts now. */
  static CertificateRotation start(Times times, List<String> names, Instant now) {
    return new CertificateRotation(
        times, names, now, made(times, names, now), made(times, names, now.plus(times.turn())));
  }

  /** When the next one is to be shown. */
  Instant changes() {
    return since.plus(times.turn());
  }

  /** Until when a client that knows both hashes can connect. */
  Instant known() {
    return changes().plus(times.turn());
  }

  /**
   * What to show at a time: this one's, the next turn's, or two new certificates when both turns
   * are over, as after a machine that slept. A clock that was put back before the turn began means
   * nothing as long as the certificate is valid, then it starts again, too.
   */
  CertificateRotation at(Instant now) {
    if (now.isBefore(since.minus(times.overlap())) || !now.isBefore(known())) {
      return start(times, names, now);
    }
    if (now.isBefore(changes())) {
      return this;
    }
    Instant begins = changes();
    return new CertificateRotation(
        times, names, begins, next, made(times, names, begins.plus(times.turn())));
  }

  private static ServerCertificate made(Times times, List<String> names, Instant shownFrom) {
    return SelfSigned.create(names, shownFrom.minus(times.overlap()), times.validity());
  }
}
