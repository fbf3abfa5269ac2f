package dev.ahti.webtransport.server;

import dev.ahti.engine.actor.SessionRequest;
import dev.ahti.webtransport.WebTransportDraft;
import dev.ahti.webtransport.WebTransportHeaders;
import dev.ahti.webtransport.WebTransportHttpVersion;
import dev.ahti.webtransport.impl.Infos;
import dev.ahti.webtransport.impl.PathAndQuery;
import dev.ahti.webtransport.impl.QueryText;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A client's request for a session, before it is decided. It was found well formed, and of an
 * allowed origin. Immutable.
 *
 * <p>Nothing in it was proven but the address and the certificates: {@link SignedTickets} and
 * client certificates tell who somebody is, an origin only which page a browser was on.
 */
public final class WebTransportRequest {
  private final SessionRequest request;
  private final PathAndQuery target;
  private final String route;
  private final Map<String, String> pathParameters;
  private final Map<String, List<String>> queryParameters;

  WebTransportRequest(SessionRequest request, String route, Map<String, String> pathParameters) {
    this.request = request;
    this.target = PathAndQuery.of(request.path());
    this.route = route;
    this.pathParameters = Collections.unmodifiableMap(pathParameters);
    this.queryParameters = Collections.unmodifiableMap(QueryText.parameters(target.query()));
  }

  /** The path as it came: without the query, not decoded. */
  public String path() {
    return target.path();
  }

  /** The path of the route that it is for, as the server was given it. */
  public String route() {
    return route;
  }

  /** The values of the route's parameters, decoded, in the order of the route's path. */
  public Map<String, String> pathParameters() {
    return pathParameters;
  }

  /**
   * The value of a parameter of the route, decoded.
   *
   * @throws IllegalArgumentException if the route has no such parameter
   */
  public String pathParameter(String name) {
    String value = pathParameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "path parameter: " + name + " (expected: of " + pathParameters.keySet() + ")");
    }
    return value;
  }

  /** The query as it came, without its question mark; empty when there is none. */
  public String query() {
    return target.query();
  }

  /**
   * The query's parameters, decoded as a form's are (percent-encoded UTF-8, a plus is a space), in
   * the order in which they came. What is malformed is left out.
   */
  public Map<String, List<String>> queryParameters() {
    return queryParameters;
  }

  /** The first value of a parameter of the query; empty when there is none. */
  public Optional<String> queryParameter(String name) {
    return Optional.ofNullable(queryParameters.get(name)).map(values -> values.get(0));
  }

  /** The headers, without those of the protocol itself. */
  public WebTransportHeaders headers() {
    return Infos.headers(request.fields());
  }

  /** The page's origin; empty when the client is no browser. */
  public Optional<String> origin() {
    return request.origin();
  }

  /** The host, and the port when it is not 443, that the client asks for. */
  public String authority() {
    return request.authority();
  }

  /** The protocols that the client offers to speak, in its order of preference. */
  public List<String> protocols() {
    return request.protocols();
  }

  /** The client's address. */
  public InetSocketAddress remoteAddress() {
    return request.remote();
  }

  /** The client's chain, leaf first, checked in the handshake; empty when it showed none. */
  public List<X509Certificate> clientCertificates() {
    return request.clientCertificates();
  }

  /** The version of HTTP that the session would ride on. */
  public WebTransportHttpVersion httpVersion() {
    return WebTransportHttpVersion.valueOf(request.dialect().version().name());
  }

  /** The draft that would be spoken. */
  public WebTransportDraft draft() {
    return Infos.draft(request.dialect().draft());
  }

  /** Without the query, which may have secrets in it. */
  @Override
  public String toString() {
    return "WebTransportRequest[" + path() + " for " + route + "]";
  }
}
