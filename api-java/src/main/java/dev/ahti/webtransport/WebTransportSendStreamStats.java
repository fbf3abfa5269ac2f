package dev.ahti.webtransport;

import java.util.OptionalLong;

/**
 * What went out on a stream, or on all of a group, in bytes of the application. What the transport
 * cannot know is absent.
 *
 * @see <a href="https://www.w3.org/TR/webtransport/#dictdef-webtransportsendstreamstats">W3C
 *     WebTransport, section 7.6</a>
 */
public final class WebTransportSendStreamStats {
  private final long bytesWritten;
  private final long bytesSent;

  /** With what is known on every transport. */
  public WebTransportSendStreamStats(long bytesWritten, long bytesSent) {
    this.bytesWritten = bytesWritten;
    this.bytesSent = bytesSent;
  }

  /** What the application has written: what the stream has taken from it. Only increases. */
  public OptionalLong bytesWritten() {
    return OptionalLong.of(bytesWritten);
  }

  /**
   * What was handed to the transport, inside the peer's windows. It sends that at once, but for
   * packets that wait for the congestion window. Only increases, and is at most {@link
   * #bytesWritten}.
   */
  public OptionalLong bytesSent() {
    return OptionalLong.of(bytesSent);
  }

  /** What the peer has acknowledged. Absent over HTTP/3: the QUIC library does not tell. */
  public OptionalLong bytesAcknowledged() {
    return OptionalLong.empty();
  }

  @Override
  public String toString() {
    return "WebTransportSendStreamStats[bytesWritten="
        + bytesWritten
        + ", bytesSent="
        + bytesSent
        + "]";
  }
}
