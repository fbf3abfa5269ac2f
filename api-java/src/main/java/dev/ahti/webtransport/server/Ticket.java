package dev.ahti.webtransport.server;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a verified ticket says. Whoever holds the ticket can read all of it.
 *
 * @param subject who may come in, such as the name of a user
 * @param expires until when; with the precision of a second
 * @param claims what else was said of the subject
 */
public record Ticket(String subject, Instant expires, Map<String, String> claims) {

  /** Copies the claims. */
  public Ticket {
    claims = Collections.unmodifiableMap(new TreeMap<>(claims));
  }

  /** Without the claims, which may be nobody else's business. */
  @Override
  public String toString() {
    return "Ticket[" + subject + " until " + expires + "]";
  }
}
