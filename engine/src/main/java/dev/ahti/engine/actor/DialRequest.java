package dev.ahti.engine.actor;

import dev.ahti.engine.dialect.DialectPolicy;
import dev.ahti.engine.dialect.HttpVersion;
import dev.ahti.engine.dialect.ProtocolOffer;
import dev.ahti.engine.spi.ClientTls;
import dev.ahti.engine.spi.CongestionControl;
import dev.ahti.engine.spi.ServerTrust;
import dev.ahti.engine.spi.StreamCounts;
import dev.ahti.engine.wire.Fields;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What to dial with.
 *
 * @param host a host name or an IP literal without brackets
 * @param port 1 to 65535
 * @param authority the {@code :authority} to send, as in the URL
 * @param path the {@code :path} to send, with its query, starting with a slash
 * @param origin the {@code origin} to send; empty sends none
 * @param protocols what the application can speak in the session
 * @param extra further fields of the request, lower-case and none of the protocol's own
 * @param tls how the server is judged, and what it is shown
 * @param congestionControl empty for the transport's own choice
 * @param dialects the drafts to speak
 * @param timeout for everything from the name lookup to the server's answer, above zero
 * @param pool empty for a connection of its own. Otherwise the session may share a connection with
 *     those that name the same pool, and have the same host, port, TLS and drafts. Not with {@link
 *     ServerTrust.CertificateHashes}: these vouch for one session's connection only (W3C
 *     WebTransport, {@code allowPooling})
 * @param requireUnreliable whether a connection without unreliable transport is of no use
 * @param streams how many streams the server is expected to have open at a time; a connection of
 *     its own begins with QUIC limits that allow them
 * @param versions the versions of HTTP to try, at least one: HTTP/3 first, and HTTP/2 soon behind
 *     it
 * @param flow limits of what the server may send and open
 */
public record DialRequest(
    String host,
    int port,
    String authority,
    String path,
    Optional<String> origin,
    ProtocolOffer protocols,
    Fields extra,
    ClientTls tls,
    Optional<CongestionControl> congestionControl,
    DialectPolicy dialects,
    Duration timeout,
    Optional<String> pool,
    boolean requireUnreliable,
    StreamCounts streams,
    Set<HttpVersion> versions,
    FlowLimits flow) {

  /** Checks port, path, time-out and pool. */
  public DialRequest {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
    }
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("path: '" + path + "' (expected: starts with '/')");
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout: " + timeout + " (expected: above zero)");
    }
    if (versions.isEmpty()) {
      throw new IllegalArgumentException("versions: none (expected: at least one)");
    }
    versions = Set.copyOf(versions);
    if (pool.isPresent() && tls.trust() instanceof ServerTrust.CertificateHashes) {
      throw new IllegalArgumentException(
          "pool: '" + pool.get() + "' (expected: none with certificate hashes)");
    }
  }

  /** Nothing special but the fields and the trust, on a connection of HTTP/3 of its own. */
  public DialRequest(
      String host,
      int port,
      String authority,
      String path,
      Optional<String> origin,
      Fields extra,
      ServerTrust trust,
      DialectPolicy dialects,
      Duration timeout) {
    this(
        host,
        port,
        authority,
        path,
        origin,
        ProtocolOffer.NONE,
        extra,
        ClientTls.of(trust),
        Optional.empty(),
        dialects,
        timeout,
        Optional.empty(),
        false,
        StreamCounts.UNKNOWN,
        Set.of(HttpVersion.HTTP_3),
        FlowLimits.CONFIGURED);
  }

  /** The same in a pool. */
  public DialRequest withPool(String name) {
    return with(
        protocols,
        tls,
        congestionControl,
        Optional.of(name),
        requireUnreliable,
        streams,
        versions,
        flow);
  }

  /** A copy that does this in the handshake, and sends at the pace of this algorithm. */
  public DialRequest withTls(ClientTls value, Optional<CongestionControl> algorithm) {
    return with(protocols, value, algorithm, pool, requireUnreliable, streams, versions, flow);
  }

  /** A copy that offers these protocols. */
  public DialRequest withProtocols(ProtocolOffer offer) {
    return with(offer, tls, congestionControl, pool, requireUnreliable, streams, versions, flow);
  }

  /** A copy that asks this of its connection. */
  public DialRequest withConnection(boolean unreliable, StreamCounts expected) {
    return with(protocols, tls, congestionControl, pool, unreliable, expected, versions, flow);
  }

  /** A copy that tries these versions of HTTP. */
  public DialRequest withVersions(Set<HttpVersion> tried) {
    return with(protocols, tls, congestionControl, pool, requireUnreliable, streams, tried, flow);
  }

  /** A copy that grants the server this. */
  public DialRequest withFlow(FlowLimits value) {
    return with(
        protocols, tls, congestionControl, pool, requireUnreliable, streams, versions, value);
  }

  private DialRequest with(
      ProtocolOffer newProtocols,
      ClientTls newTls,
      Optional<CongestionControl> newCongestionControl,
      Optional<String> newPool,
      boolean newRequireUnreliable,
      StreamCounts newStreams,
      Set<HttpVersion> newVersions,
      FlowLimits newFlow) {
    return new DialRequest(
        host,
        port,
        authority,
        path,
        origin,
        newProtocols,
        extra,
        newTls,
        newCongestionControl,
        dialects,
        timeout,
        newPool,
        newRequireUnreliable,
        newStreams,
        newVersions,
        newFlow);
  }
}
