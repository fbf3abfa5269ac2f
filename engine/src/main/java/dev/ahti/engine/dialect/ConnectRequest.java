package dev.ahti.engine.dialect;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.error.Http3ErrorCode;
import dev.ahti.engine.error.Violation;
import dev.ahti.engine.wire.Fields;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The extended CONNECT request that opens a session (draft-ietf-webtrans-http3-16 3.2, RFC 9220):
 * how a client writes it and a server reads it.
 */
public final class ConnectRequest {
  static final String METHOD = ":method";
  static final String PROTOCOL = ":protocol";
  static final String SCHEME = ":scheme";
  static final String AUTHORITY = ":authority";
  static final String PATH = ":path";
  static final String ORIGIN = "origin";

  /** The request field by which D02 names its draft (draft-ietf-webtrans-http3-02 6). */
  static final String DRAFT_02 = "sec-webtransport-http3-draft02";

  private static final String CONNECT = "CONNECT";
  private static final Set<String> PSEUDO = Set.of(METHOD, PROTOCOL, SCHEME, AUTHORITY, PATH);
  private static final String SECTION = "draft-ietf-webtrans-http3-16 3.2";

  /** What a server makes of a request. */
  public sealed interface Reading {}

  /**
   * A request for a session. Whether the token fits the connection's settings is for {@link
   * DialectNegotiation#server} to say.
   *
   * @param token the value of {@code :protocol}
   * @param authority host and port as the client wrote them, not empty
   * @param path path and query, beginning with a slash
   * @param origin the origin, if the client sent one; several fields are joined by a comma, which
   *     {@link OriginPolicy} never allows
   * @param fields the whole request
   */
  public record WebTransport(
      String token, String authority, String path, Optional<String> origin, Fields fields)
      implements Reading {
    public WebTransport {
      requireNonNull(token, "token");
      requireNonNull(authority, "authority");
      requireNonNull(path, "path");
      requireNonNull(origin, "origin");
      requireNonNull(fields, "fields");
    }
  }

  /**
   * Any other request: a page, or a CONNECT without {@code :protocol}.
   *
   * @param method such as GET
   * @param path path and query; empty for a CONNECT, which has none
   * @param fields the whole request
   */
  public record Plain(String method, Optional<String> path, Fields fields) implements Reading {
    public Plain {
      requireNonNull(method, "method");
      requireNonNull(path, "path");
      requireNonNull(fields, "fields");
    }
  }

  /**
   * A request against the rules of HTTP/3.
   *
   * @param violation H3_MESSAGE_ERROR for its stream
   */
  public record Malformed(Violation violation) implements Reading {
    public Malformed {
      requireNonNull(violation, "violation");
    }
  }

  /**
   * An extended CONNECT for something else; the answer is {@link
   * DialectNegotiation#UNKNOWN_PROTOCOL_STATUS}.
   *
   * @param token the value of {@code :protocol}
   */
  public record UnknownProtocol(String token) implements Reading {
    public UnknownProtocol {
      requireNonNull(token, "token");
    }
  }

  private ConnectRequest() {}

  /**
   * The request of a session.
   *
   * @param authority host and port, IPv6 addresses in brackets, without user information
   * @param path path and query, beginning with a slash
   * @param origin as browsers must send it; others may
   * @param protocols what the application can speak in the session
   * @param extra further fields of the application, as {@link ApplicationFields} allows them
   * @throws IllegalArgumentException if one of these is not allowed
   */
  public static Fields request(
      Dialect dialect,
      String authority,
      String path,
      Optional<String> origin,
      ProtocolOffer protocols,
      Fields extra) {
    requireTarget(authorityFault(authority));
    requireTarget(pathFault(path));
    Fields fields =
        Fields.empty()
            .with(METHOD, CONNECT)
            .with(PROTOCOL, dialect.protocolToken())
            .with(SCHEME, "https")
            .with(AUTHORITY, authority)
            .with(PATH, path);
    if (origin.isPresent()) {
      fields = fields.with(ORIGIN, origin.get());
    }
    if (dialect.sendsDraftHeader()) {
      fields = fields.with(DRAFT_02, "1");
    }
    return fields
        .with(ApplicationProtocols.offer(dialect, protocols))
        .with(ApplicationFields.require(extra));
  }

  private static void requireTarget(Optional<String> fault) {
    if (fault.isPresent()) {
      throw new IllegalArgumentException(fault.get());
    }
  }

  /** Reads a request on the server. Never throws. */
  public static Reading read(Fields fields) {
    Optional<String> fault = HeaderSection.firstFault(fields, PSEUDO).or(() -> hostFault(fields));
    if (fault.isPresent()) {
      return malformed(fault.get(), HeaderSection.SECTION);
    }
    Optional<String> method = fields.get(METHOD);
    if (method.isEmpty() || method.get().isEmpty()) {
      return malformed(":method is missing", HeaderSection.SECTION);
    }
    Optional<String> protocol = fields.get(PROTOCOL);
    if (!method.get().equals(CONNECT)) {
      return protocol.isPresent()
          ? malformed(":protocol without CONNECT", "RFC 8441 4")
          : plain(method.get(), fields);
    }
    return protocol.isPresent() ? extended(protocol.get(), fields) : tunnel(fields);
  }

  private static Reading plain(String method, Fields fields) {
    boolean whole =
        fields.has(SCHEME)
            && fields.get(PATH).filter(path -> !path.isEmpty()).isPresent()
            && (fields.has(AUTHORITY) || fields.has("host"));
    return whole
        ? new Plain(method, fields.get(PATH), fields)
        : malformed(":scheme, :path or :authority is missing", HeaderSection.SECTION);
  }

  private static Reading tunnel(Fields fields) {
    boolean whole = fields.has(AUTHORITY) && !fields.has(SCHEME) && !fields.has(PATH);
    return whole
        ? new Plain(CONNECT, Optional.empty(), fields)
        : malformed("CONNECT without :protocol has :authority only", "RFC 9114 4.4");
  }

  private static Reading extended(String token, Fields fields) {
    Optional<String> scheme = fields.get(SCHEME);
    Optional<String> authority = fields.get(AUTHORITY);
    Optional<String> path = fields.get(PATH);
    if (scheme.isEmpty() || authority.isEmpty() || path.isEmpty()) {
      return malformed(":scheme, :authority or :path is missing", "RFC 8441 4");
    }
    if (!token.equals(Dialect.TOKEN) && !token.equals(Dialect.LEGACY_TOKEN)) {
      return new UnknownProtocol(token);
    }
    if (!scheme.get().equalsIgnoreCase("https")) {
      return malformed(":scheme is not https", SECTION);
    }
    Optional<String> content = ConnectResponse.contentFault(fields);
    if (content.isPresent()) {
      return malformed(content.get(), "RFC 9297 3.2");
    }
    Optional<String> fault = authorityFault(authority.get()).or(() -> pathFault(path.get()));
    return fault.isPresent()
        ? malformed(fault.get(), SECTION)
        : new WebTransport(token, authority.get(), path.get(), origin(fields), fields);
  }

  private static Optional<String> origin(Fields fields) {
    List<String> origins = fields.all(ORIGIN);
    return origins.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", origins));
  }

  private static Optional<String> authorityFault(String authority) {
    if (authority.isEmpty()) {
      return Optional.of("authority: empty (expected: a host)");
    }
    return authority.chars().anyMatch(c -> c == '@' || c == '/' || c <= ' ')
        ? Optional.of("authority with user information or more (expected: host and port)")
        : Optional.empty();
  }

  private static Optional<String> pathFault(String path) {
    return path.startsWith("/") && path.chars().noneMatch(c -> c == '#' || c <= ' ')
        ? Optional.empty()
        : Optional.of("path that does not begin with a slash, or with a fragment or space");
  }

  private static Optional<String> hostFault(Fields fields) {
    Optional<String> authority = fields.get(AUTHORITY);
    boolean differs =
        authority.isPresent()
            && fields.all("host").stream().anyMatch(host -> !host.equals(authority.get()));
    return differs ? Optional.of("host differs from :authority") : Optional.empty();
  }

  private static Reading malformed(String message, String section) {
    return new Malformed(Violation.stream(Http3ErrorCode.H3_MESSAGE_ERROR, message, section));
  }
}
