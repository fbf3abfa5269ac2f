package dev.ahti.engine.spi;

import dev.ahti.engine.dialect.HttpVersion;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;

/**
 * What to listen with.
 *
 * @param name the listener's name, for logs and gauges
 * @param address where; port 0 picks a free one. An unresolved one is looked up by the transport,
 *     off the caller
 * @param tls the server's certificates, and whether clients are asked for theirs
 * @param congestionControl empty for the transport's own choice
 * @param settings the versions of HTTP to listen with, at least one, and the SETTINGS that each
 *     sends, in order
 * @param admission whom to let in
 */
public record ListenOptions(
    String name,
    InetSocketAddress address,
    ServerTls tls,
    Optional<CongestionControl> congestionControl,
    Map<HttpVersion, Map<Long, Long>> settings,
    Admission admission) {

  /** Everybody is let in. */
  public ListenOptions(
      String name,
      InetSocketAddress address,
      ServerTls tls,
      Optional<CongestionControl> congestionControl,
      Map<HttpVersion, Map<Long, Long>> settings) {
    this(name, address, tls, congestionControl, settings, Admission.OPEN);
  }

  /** One certificate, HTTP/3 with these SETTINGS, nothing else special. */
  public ListenOptions(
      String name, InetSocketAddress address, Credentials credentials, Map<Long, Long> settings) {
    this(
        name,
        address,
        ServerTls.of(credentials),
        Optional.empty(),
        Map.of(HttpVersion.HTTP_3, settings));
  }
}
