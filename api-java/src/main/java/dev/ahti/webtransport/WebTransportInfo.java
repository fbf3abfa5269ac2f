package dev.ahti.webtransport;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * What is known of an established session.
 *
 * @param draft the wire that was agreed upon
 * @param authority the host, and the port when it is not 443, that the client asked for
 * @param path the path with the query, starting with a slash
 * @param origin the web origin that the client named
 * @param requestHeaders the request's other headers
 * @param responseHeaders the response's headers
 * @param remoteAddress the peer's address
 */
public record WebTransportInfo(
    WebTransportDraft draft,
    String authority,
    String path,
    Optional<String> origin,
    WebTransportHeaders requestHeaders,
    WebTransportHeaders responseHeaders,
    InetSocketAddress remoteAddress) {

  /** The path without the query. */
  public String pathOnly() {
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }

  /** The query without its question mark; empty when there is none. */
  public String query() {
    int query = path.indexOf('?');
    return query < 0 ? "" : path.substring(query + 1);
  }
}
