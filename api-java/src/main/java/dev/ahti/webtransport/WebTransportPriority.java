package dev.ahti.webtransport;

/**
 * How urgent a session is among the requests and sessions of its connection. It is sent to the
 * server, which may heed it for all it sends in the session.
 *
 * @param urgency 0, the most urgent, to 7; 3 is usual
 * @param incremental whether it is of use to get this session's data beside that of others of the
 *     same urgency, rather than before it or behind it
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9218#section-4">RFC 9218, section 4</a>
 */
public record WebTransportPriority(int urgency, boolean incremental) {

  /** Checks the urgency. */
  public WebTransportPriority {
    if (urgency < 0 || urgency > 7) {
      throw new IllegalArgumentException("urgency: " + urgency + " (expected: 0 to 7)");
    }
  }
}
