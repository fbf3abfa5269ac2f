package dev.ahti.webtransport.server;

import static java.util.Objects.requireNonNull;

import dev.ahti.engine.dialect.OriginPolicy;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

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
  private static final WebTransportOrigins NONE =
      new WebTransportOrigins((origin, authority, path) -> false);
  private static final WebTransportOrigins SAME =
      new WebTransportOrigins((origin, authority, path) -> OriginPolicy.isSame(origin, authority));

  private final OriginPolicy.Judge judge;

  private WebTransportOrigins(OriginPolicy.Judge judge) {
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
   * Pages of the host and port that the client asks for, over HTTPS: those that this server, or who
   * shares its name, has served.
   */
  public static WebTransportOrigins sameOrigin() {
    return SAME;
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
        (origin, authority, path) -> policy.allows(Optional.of(origin), authority, path));
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
    return new WebTransportOrigins((origin, authority, path) -> test.test(origin));
  }

  /** Those that are allowed here or there. */
  public WebTransportOrigins or(WebTransportOrigins other) {
    OriginPolicy.Judge theirs = other.judge;
    return new WebTransportOrigins(
        (origin, authority, path) ->
            judge.allows(origin, authority, path) || theirs.allows(origin, authority, path));
  }

  OriginPolicy.Judge judge() {
    return judge;
  }
}
