package dev.ahti.webtransport.impl;

import org.apache.pekko.annotation.InternalApi;

/**
 * The {@code :path} of a request, taken apart (RFC 9114 4.3.1).
 *
 * @param path what a route is found by
 * @param query without its question mark; empty when there is none
 */
@InternalApi
public record PathAndQuery(String path, String query) {

  /** Of what stands in a request. */
  public static PathAndQuery of(String pathAndQuery) {
    int mark = pathAndQuery.indexOf('?');
    return mark < 0
        ? new PathAndQuery(pathAndQuery, "")
        : new PathAndQuery(pathAndQuery.substring(0, mark), pathAndQuery.substring(mark + 1));
  }
}
