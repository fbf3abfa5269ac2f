package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.dialect.OriginPolicy;
import dev.ahti.engine.spi.CongestionControl;
import dev.ahti.engine.spi.Credentials;
import dev.ahti.engine.spi.ServerTls;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What to listen with.
 *
 * @param name unique in the actor system: 1 to 64 letters, digits, {@code _} or {@code -}; appears
 *     in the actor tree and in logs
 * @param address where; port 0 picks a free one. Unresolved where the host is a name: looking it up
 *     may block, so that is left to the transport
 * @param tls the server's certificates, and whether clients are asked for theirs; empty where
 *     somebody else's server accepts the connections, whose address and certificates are its own
 * @param versions the versions of HTTP to serve, at least one; all on the same port
 * @param congestionControl empty for the transport's own choice
 * @param dialects the drafts to speak
 * @param origins which pages may connect; clients without an origin always may
 * @param flow limits of its sessions
 * @param router decides about each request
 */
public record ListenRequest(
    String name,
    InetSocketAddress address,
    Optional<ServerTls> tls,
    Set<HttpVersion> versions,
    Optional<CongestionControl> congestionControl,
    DialectPolicy dialects,
    OriginPolicy origins,
    FlowLimits flow,
    SessionRouter router) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /** Checks the name and copies the versions. */
  public ListenRequest {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name: '" + name + "' (expected: 1 to 64 letters, digits, '_' or '-')");
    }
    if (versions.isEmpty()) {
      throw new IllegalArgumentException("versions: none (expected: at least one)");
    }
    versions = Set.copyOf(versions);
  }

  /** Listens itself. */
  public ListenRequest(
      String name,
      InetSocketAddress address,
      ServerTls tls,
      Set<HttpVersion> versions,
      Optional<CongestionControl> congestionControl,
      DialectPolicy dialects,
      OriginPolicy origins,
      FlowLimits flow,
      SessionRouter router) {
    this(
        name,
        address,
        Optional.of(tls),
        versions,
        congestionControl,
        dialects,
        origins,
        flow,
        router);
  }

  /** Does not listen itself, but has the sessions of somebody else's server. */
  public static ListenRequest embedded(
      String name,
      Set<HttpVersion> versions,
      DialectPolicy dialects,
      OriginPolicy origins,
      FlowLimits flow,
      SessionRouter router) {
    return new ListenRequest(
        name,
        InetSocketAddress.createUnresolved(name, 0),
        Optional.empty(),
        versions,
        Optional.empty(),
        dialects,
        origins,
        flow,
        router);
  }

  /** With the configured limits. */
  public ListenRequest(
      String name,
      InetSocketAddress address,
      ServerTls tls,
      Set<HttpVersion> versions,
      Optional<CongestionControl> congestionControl,
      DialectPolicy dialects,
      OriginPolicy origins,
      SessionRouter router) {
    this(
        name,
        address,
        tls,
        versions,
        congestionControl,
        dialects,
        origins,
        FlowLimits.CONFIGURED,
        router);
  }

  /** HTTP/3 alone. */
  public ListenRequest(
      String name,
      InetSocketAddress address,
      ServerTls tls,
      Optional<CongestionControl> congestionControl,
      DialectPolicy dialects,
      OriginPolicy origins,
      SessionRouter router) {
    this(
        name,
        address,
        tls,
        Set.of(HttpVersion.HTTP_3),
        congestionControl,
        dialects,
        origins,
        router);
  }

  /** One certificate, HTTP/3 alone, nothing else special. */
  public ListenRequest(
      String name,
      InetSocketAddress address,
      Credentials credentials,
      DialectPolicy dialects,
      OriginPolicy origins,
      SessionRouter router) {
    this(name, address, ServerTls.of(credentials), Optional.empty(), dialects, origins, router);
  }
}
