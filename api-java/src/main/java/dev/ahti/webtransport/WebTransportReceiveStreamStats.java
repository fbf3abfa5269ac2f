package dev.ahti.webtransport;

import java.util.OptionalLong;

/**
 * What came in on a stream, in bytes of the application.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#dictdef-webtransportreceivestreamstats">W3C
 *     WebTransport, section 9.5</a>
 */
public final class WebTransportReceiveStreamStats {
  private final long bytesReceived;
  private final long bytesRead;

  /** With what is known on every transport. */
  public WebTransportReceiveStreamStats(long bytesReceived, long bytesRead) {
    this.bytesReceived = bytesReceived;
    this.bytesRead = bytesRead;
  }

  /**
   * What was taken from the transport, in sequence. Nothing is taken that the application has not
   * asked for, so what the peer sent ahead of that is not counted yet. Only increases.
   */
  public OptionalLong bytesReceived() {
    return OptionalLong.of(bytesReceived);
  }

  /** What the application has read. Only increases, and is at most {@link #bytesReceived}. */
  public OptionalLong bytesRead() {
    return OptionalLong.of(bytesRead);
  }

  @Override
  public String toString() {
    return "WebTransportReceiveStreamStats[bytesReceived="
        + bytesReceived
        + ", bytesRead="
        + bytesRead
        + "]";
  }
}
