package dev.ahti.webtransport;

import dev.ahti.webtransport.impl.PathAndQuery;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of an established session.
 *
 * @param httpVersion the version of HTTP that it rides on
 * @param draft the wire that was agreed upon; over HTTP/2, the draft that goes with that of HTTP/2
 * @param toleratedQuirks in which ways the peer may deviate from that draft
 * @param authority the host, and the port when it is not 443, that the client asked for
 * @param path the path with the query, starting with a slash
 * @param origin the web origin that the client named
 * @param requestHeaders the request's other headers
 * @param responseHeaders the response's headers
 * @param remoteAddress the peer's address
 * @param peerCertificates the peer's chain, leaf first, checked in the handshake; empty when it
 *     showed none, as clients do that are not asked
 * @param congestionControl the algorithm in use; empty when the transport cannot tell
 */
public record WebTransportInfo(
    WebTransportHttpVersion httpVersion,
    WebTransportDraft draft,
    Set<WebTransportQuirk> toleratedQuirks,
    String authority,
    String path,
    Optional<String> origin,
    WebTransportHeaders requestHeaders,
    WebTransportHeaders responseHeaders,
    InetSocketAddress remoteAddress,
    List<X509Certificate> peerCertificates,
    Optional<CongestionControlAlgorithm> congestionControl) {

  /** Copies the set. */
  public WebTransportInfo {
    toleratedQuirks = Set.copyOf(toleratedQuirks);
  }

  /** The path without the query. */
  public String pathOnly() {
    return PathAndQuery.of(path).path();
  }

  /** The query without its question mark; empty when there is none. */
  public String query() {
    return PathAndQuery.of(path).query();
  }
}
