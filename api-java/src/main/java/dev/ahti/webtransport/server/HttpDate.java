package dev.ahti.webtransport.server;

import dev.ahti.webtransport.impl.StaticFile;
import java.time.Instant;

/** The date of an answer, by which others reckon how old it is (RFC 9110 6.6.1). */
final class HttpDate {
  private HttpDate() {}

  /** By the clock of the day, as nothing here waits for it. */
  static String now() {
    return StaticFile.date(Instant.now());
  }
}
