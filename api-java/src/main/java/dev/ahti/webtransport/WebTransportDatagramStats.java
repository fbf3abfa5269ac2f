package dev.ahti.webtransport;

import java.util.OptionalLong;

/**
 * What became of the datagrams of a session; what is not known is empty. Of the session alone, also
 * where others share its connection.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#web-transport-datagram-stats">W3C WebTransport,
 *     section 6.14</a>
 */
public final class WebTransportDatagramStats {
  private final long droppedIncoming;
  private final long expiredIncoming;
  private final long expiredOutgoing;
  private final long droppedOutgoing;
  private final long tooLargeOutgoing;
  private final long received;
  private final long sent;

  /** Made by {@link WebTransportDatagramDuplexStream#getStats()}. */
  public WebTransportDatagramStats(
      long droppedIncoming,
      long expiredIncoming,
      long expiredOutgoing,
      long droppedOutgoing,
      long tooLargeOutgoing,
      long received,
      long sent) {
    this.droppedIncoming = droppedIncoming;
    this.expiredIncoming = expiredIncoming;
    this.expiredOutgoing = expiredOutgoing;
    this.droppedOutgoing = droppedOutgoing;
    this.tooLargeOutgoing = tooLargeOutgoing;
    this.received = received;
    this.sent = sent;
  }

  /** Incoming ones that were dropped because too many waited to be read. */
  public OptionalLong droppedIncoming() {
    return OptionalLong.of(droppedIncoming);
  }

  /** Incoming ones that waited for longer than {@code incomingMaxAge}. */
  public OptionalLong expiredIncoming() {
    return OptionalLong.of(expiredIncoming);
  }

  /** Outgoing ones that waited for longer than {@code outgoingMaxAge}, since the session began. */
  public OptionalLong expiredOutgoing() {
    return OptionalLong.of(expiredOutgoing);
  }

  /** Sent ones that were declared lost: always empty, the QUIC library does not tell. */
  public OptionalLong lostOutgoing() {
    return OptionalLong.empty();
  }

  /** Outgoing ones that were dropped because too many waited; not of the W3C text. */
  public long droppedOutgoing() {
    return droppedOutgoing;
  }

  /** Outgoing ones that were longer than {@code maxDatagramSize}; not of the W3C text. */
  public long tooLargeOutgoing() {
    return tooLargeOutgoing;
  }

  /** Those that came, dropped ones included; not of the W3C text. */
  public long received() {
    return received;
  }

  /** Those that were handed to the transport; not of the W3C text. */
  public long sent() {
    return sent;
  }

  @Override
  public String toString() {
    return "WebTransportDatagramStats[received="
        + received
        + ", droppedIncoming="
        + droppedIncoming
        + ", expiredIncoming="
        + expiredIncoming
        + ", sent="
        + sent
        + ", expiredOutgoing="
        + expiredOutgoing
        + ", droppedOutgoing="
        + droppedOutgoing
        + ", tooLargeOutgoing="
        + tooLargeOutgoing
        + "]";
  }
}
