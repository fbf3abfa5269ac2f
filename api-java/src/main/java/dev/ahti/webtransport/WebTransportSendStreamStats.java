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
  private final OptionalLong bytesAcknowledged;

  /** With what is known on every transport. */
  public WebTransportSendStreamStats(long bytesWritten, long bytesSent) {
    this(bytesWritten, bytesSent, OptionalLong.empty());
  }

  /** With what the peer has acknowledged, where that is known. */
  public WebTransportSendStreamStats(
      long bytesWritten, long bytesSent, OptionalLong bytesAcknowledged) {
    this.bytesWritten = bytesWritten;
    this.bytesSent = bytesSent;
    this.bytesAcknowledged = bytesAcknowledged;
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

  /**
   * What the peer has acknowledged. Absent over HTTP/3: the QUIC library does not tell. Over HTTP/2
   * it is {@link #bytesSent}, as the text has it where the transport does not tell of streams.
   */
  public OptionalLong bytesAcknowledged() {
    return bytesAcknowledged;
  }

  @Override
  public String toString() {
    return "WebTransportSendStreamStats[bytesWritten="
        + bytesWritten
        + ", bytesSent="
        + bytesSent
        + (bytesAcknowledged.isPresent()
            ? ", bytesAcknowledged=" + bytesAcknowledged.getAsLong()
            : "")
        + "]";
  }
}
