package dev.ahti.engine.spi;

import dev.ahti.engine.dialect.HttpVersion;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What to dial with.
 *
 * @param host a host name or an IP literal without brackets
 * @param port 1 to 65535
 * @param tls how the server is judged, and what it is shown
 * @param congestionControl empty for the transport's own choice
 * @param version the version of HTTP to speak
 * @param settings the SETTINGS to send, in order
 * @param timeout how long the name lookup and the handshake may take together
 * @param streams how many streams the server is expected to have open at a time
 */
public record DialOptions(
    String host,
    int port,
    ClientTls tls,
    Optional<CongestionControl> congestionControl,
    HttpVersion version,
    Map<Long, Long> settings,
    Duration timeout,
    StreamCounts streams) {

  /** HTTP/3, and nothing expected of the server's streams. */
  public DialOptions(
      String host,
      int port,
      ClientTls tls,
      Optional<CongestionControl> congestionControl,
      Map<Long, Long> settings,
      Duration timeout) {
    this(
        host,
        port,
        tls,
        congestionControl,
        HttpVersion.HTTP_3,
        settings,
        timeout,
        StreamCounts.UNKNOWN);
  }

  /** Nothing special but the trust. */
  public DialOptions(
      String host, int port, ServerTrust trust, Map<Long, Long> settings, Duration timeout) {
    this(host, port, ClientTls.of(trust), Optional.empty(), settings, timeout);
  }
}
