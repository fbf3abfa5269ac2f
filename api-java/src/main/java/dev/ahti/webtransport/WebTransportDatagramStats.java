package dev.ahti.webtransport;

import java.util.OptionalLong;

/**
 * What became of the datagrams of a session, since the session began; what is not known, or not
 * told, is empty. Of the session alone, also where others share its connection.
 *
 * @param droppedIncoming incoming ones that were dropped because too many waited to be read
 * @param expiredIncoming incoming ones that waited for longer than {@code incomingMaxAge}
 * @param expiredOutgoing outgoing ones that waited for longer than {@code outgoingMaxAge}
 * @param lostOutgoing sent ones that were declared lost (RFC 9002 6.1): always empty, the QUIC
 *     library does not tell
 * @param droppedOutgoing outgoing ones that were dropped because too many waited; not of the W3C
 *     text
 * @param tooLargeOutgoing outgoing ones that were longer than {@code maxDatagramSize}; not of the
 *     W3C text
 * @param received those that came, dropped ones included; not of the W3C text
 * @param sent those that were handed to the transport; not of the W3C text
 * @see <a href="https://www.w3.org/TR/webtransport/#web-transport-datagram-stats">W3C WebTransport,
 *     section 6.14</a>
 */
public record WebTransportDatagramStats(
    OptionalLong droppedIncoming,
    OptionalLong expiredIncoming,
    OptionalLong expiredOutgoing,
    OptionalLong lostOutgoing,
    OptionalLong droppedOutgoing,
    OptionalLong tooLargeOutgoing,
    OptionalLong received,
    OptionalLong sent) {
  private static final OptionalLong UNKNOWN = OptionalLong.empty();
  private static final WebTransportDatagramStats ABSENT =
      new WebTransportDatagramStats(
          UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);

  /** No member of it is there: in the statistics of a connection that may be shared. */
  public static WebTransportDatagramStats absent() {
    return ABSENT;
  }
}
