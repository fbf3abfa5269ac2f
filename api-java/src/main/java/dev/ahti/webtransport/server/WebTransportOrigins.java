package dev.ahti.webtransport.server;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.dialect.OriginPolicy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which pages may open sessions. A browser names the origin of the page with each request, and no
 * page can change that; so a page of somebody else cannot act for a user who is known to this
 * server by an address or a certificate. A request without an origin comes from a program, and is
 * not judged by it. Who is not allowed is refused with 403. Immutable.
 *
 * @see WebTransportServer#withOrigins(WebTransportOrigins)
 * @see WebTransportRoute#withOrigins(WebTransportOrigins)
 */
public final class WebTransportOrigins {
  private static final WebTransportOrigins NONE = new WebTransportOrigins((asked, own) -> false);
  private static final WebTransportOrigins SAME =
      new WebTransportOrigins(
          (asked, own) ->
              OriginPolicy.isSame(asked.origin(), asked.authority())
                  && own.test(asked.authority()));

  private final Judge judge;

  /** What a page asks for. */
  record Asked(String origin, String authority, String path) {}

  /** Judges with what the server knows of itself. */
  @FunctionalInterface
  interface Judge {
    /**
     * Whether a request may go on.
     *
     * @param ownAuthority whether the host of an authority is a name of the server's certificates
     */
    boolean allows(Asked asked, Predicate<String> ownAuthority);
  }

  private WebTransportOrigins(Judge judge) {
    this.judge = judge;
  }

  /** No page at all, which is what a server does unless it is told otherwise. */
  public static WebTransportOrigins none() {
    return NONE;
  }

  /** Every page, also one that has no origin: for what is public anyway. */
  public static WebTransportOrigins any() {
    return of("*");
  }

  /**
   * Pages of the host and port that the client asks for, over HTTPS, where that host is a name of
   * one of the certificates that the server shows now: pages that this server, or who shares its
   * name, has served. A name that is not ours may lead here as well, by whoever owns it (DNS
   * rebinding), and a browser that trusts a certificate by its hash compares no names; so what the
   * client asks for alone proves nothing.
   *
   * <p>In somebody else's server, whose certificates are not known here, no page is allowed: there
   * see {@link #sameOrigin(String, String...)}.
   */
  public static WebTransportOrigins sameOrigin() {
    return SAME;
  }

  /**
   * The same for these hosts, whatever the certificates say.
   *
   * @param host a name or an IP literal, without a port; letter case does not matter
   */
  public static WebTransportOrigins sameOrigin(String host, String... more) {
    Set<String> hosts =
        Stream.concat(Stream.of(host), Stream.of(more))
            .map(CertificateNames::canonical)
            .collect(Collectors.toUnmodifiableSet());
    return new WebTransportOrigins(
        (asked, own) ->
            OriginPolicy.isSame(asked.origin(), asked.authority())
                && hosts.contains(CertificateNames.host(asked.authority())));
  }

  /**
   * Pages of these origins.
   *
   * @param origins such as {@code https://example.org}; letter case and default ports do not
   *     matter. {@code *} stands for any, {@code null} for a page that has none
   * @throws IllegalArgumentException for what is not an origin, such as one with a path
   */
  public static WebTransportOrigins of(String... origins) {
    OriginPolicy policy = OriginPolicy.of(List.of(origins));
    return new WebTransportOrigins(
        (asked, own) ->
            policy.allows(Optional.of(asked.origin()), asked.authority(), asked.path()));
  }

  /**
   * Pages that a function says yes to.
   *
   * @param test takes an origin as the browser wrote it: in lower case, without a default port,
   *     perhaps {@code null} as a text. It is called on the connection's event loop and must not
   *     block; for whom it throws is refused
   */
  public static WebTransportOrigins matching(Predicate<String> test) {
    requireNonNull(test, "test");
    return new WebTransportOrigins((asked, own) -> test.test(asked.origin()));
  }

  /** Those that are allowed here or there. */
  public WebTransportOrigins or(WebTransportOrigins other) {
    Judge theirs = other.judge;
    return new WebTransportOrigins(
        (asked, own) -> judge.allows(asked, own) || theirs.allows(asked, own));
  }

  Judge judge() {
    return judge;
  }
}
