package dev.ahti.webtransport.server;

import dev.ahti.engine.wire.Fields;
import dev.ahti.webtransport.WebTransportHeaders;
import dev.ahti.webtransport.impl.Infos;
import dev.ahti.webtransport.impl.PathAndQuery;
import dev.ahti.webtransport.impl.QueryText;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** A request that asks for no session, with its whole body. Immutable. */
public final class WebTransportHttpRequest {
  private final Fields fields;
  private final PathAndQuery target;
  private final InetSocketAddress remoteAddress;
  private final Map<String, String> pathParameters;
  private final ByteString body;

  WebTransportHttpRequest(
      Fields fields,
      InetSocketAddress remoteAddress,
      Map<String, String> pathParameters,
      ByteString body) {
    this.fields = fields;
    this.target = PathAndQuery.of(fields.get(":path").orElse("/"));
    this.remoteAddress = remoteAddress;
    this.pathParameters = Collections.unmodifiableMap(pathParameters);
    this.body = body;
  }

  WebTransportHttpRequest withBody(ByteString bytes) {
    return new WebTransportHttpRequest(fields, remoteAddress, pathParameters, bytes);
  }

  /** The method, such as GET. */
  public String method() {
    return fields.get(":method").orElse("");
  }

  /** The path as it came: without the query, not decoded. */
  public String path() {
    return target.path();
  }

  /** The values of the parameters of the handler's path, decoded. */
  public Map<String, String> pathParameters() {
    return pathParameters;
  }

  /**
   * The value of a parameter of the handler's path, decoded.
   *
   * @throws IllegalArgumentException if it has no such parameter
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

  /** The query's parameters, as {@link WebTransportRequest#queryParameters}. */
  public Map<String, List<String>> queryParameters() {
    return QueryText.parameters(target.query());
  }

  /** The first value of a parameter of the query; empty when there is none. */
  public Optional<String> queryParameter(String name) {
    return Optional.ofNullable(queryParameters().get(name)).map(values -> values.get(0));
  }

  /** The headers. */
  public WebTransportHeaders headers() {
    return Infos.headers(fields);
  }

  /** The host, and the port when it is not 443, that the client asks. */
  public String authority() {
    return fields.get(":authority").or(() -> fields.get("host")).orElse("");
  }

  /** The client's address. */
  public InetSocketAddress remoteAddress() {
    return remoteAddress;
  }

  /** The whole body; empty for GET and HEAD, whose bodies are not read. */
  public ByteString body() {
    return body;
  }

  /** Without the query, which may have secrets in it. */
  @Override
  public String toString() {
    return method() + " " + path();
  }
}
