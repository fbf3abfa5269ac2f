package dev.ahti.webtransport.server;

import dev.ahti.webtransport.WebTransportDraft;
import dev.ahti.webtransport.WebTransportHttpVersion;
import java.net.InetSocketAddress;
import java.util.Set;

/**
 * What is known of a listener now.
 *
 * @param name the one that it was given
 * @param address where it listens, with the port in use; unresolved, with port 0, where it is
 *     embedded in another server
 * @param httpVersions the versions of HTTP that it serves
 * @param drafts the drafts that it speaks over HTTP/3
 * @param routes the paths that it has a route for
 * @param connections that are open; of an embedded one those that have, or had, a session
 * @param sessions that are not over
 * @param draining whether it refuses what is new, as it is drained or stopped
 */
public record WebTransportListenerInfo(
    String name,
    InetSocketAddress address,
    Set<WebTransportHttpVersion> httpVersions,
    Set<WebTransportDraft> drafts,
    Set<String> routes,
    int connections,
    int sessions,
    boolean draining) {

  /** Copies the sets. */
  public WebTransportListenerInfo {
    httpVersions = Set.copyOf(httpVersions);
    drafts = Set.copyOf(drafts);
    routes = Set.copyOf(routes);
  }
}
