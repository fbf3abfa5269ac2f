package dev.ahti.engine.dialect;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which web origins may open sessions (draft-ietf-webtrans-http3-16 3.2, RFC 6454). Immutable.
 *
 * <p>A request without an Origin field does not come from a web page and is allowed. One with an
 * Origin has to match an entry exactly; {@code *} matches every single origin, also {@code null}.
 */
public final class OriginPolicy {
  /** The status for an origin that is not allowed. */
  public static final int REFUSED_STATUS = 403;

  /** What one origin looks like, for messages. */
  public static final String SHAPE = "null, scheme://host or scheme://host:port";

  private static final int NO_PORT = -1;
  private static final int MAX_PORT = 65535;

  /** A host is a name, of whatever letters the URL Standard leaves in one, or an IPv6 literal. */
  private static final Pattern ORIGIN =
      Pattern.compile(
          "(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
              + "(?<host>[A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*])"
              + "(?::(?<port>[0-9]{1,5}))?");

  private static final String ANY = "*";
  private static final String OPAQUE = "null";

  /** Judges requests of pages. */
  @FunctionalInterface
  public interface Judge {

    /**
     * Whether a request may go on.
     *
     * @param origin one origin, as the client wrote it
     * @param authority host and port that it asks for
     * @param path path and query
     */
    boolean allows(String origin, String authority, String path);
  }

  private record Parts(String scheme, String host, int port) {}

  private final Set<String> allowed;
  private final Judge judge;

  private OriginPolicy(Set<String> allowed, Judge judge) {
    this.allowed = allowed;
    this.judge = judge;
  }

  /** Every origin is allowed. */
  public static OriginPolicy any() {
    return of(Set.of(ANY));
  }

  /**
   * The origins listed are allowed.
   *
   * @param origins each {@code *}, {@code null}, or scheme, host and port as {@code
   *     https://example.com:8443}; letter case and default ports do not matter. None at all refuses
   *     every web page
   * @throws IllegalArgumentException if an entry is something else
   */
  public static OriginPolicy of(Collection<String> origins) {
    Set<String> allowed = new TreeSet<>();
    origins.forEach(origin -> allowed.add(canonical(origin)));
    boolean any = allowed.contains(ANY);
    return new OriginPolicy(allowed, (origin, authority, path) -> any || allowed.contains(origin));
  }

  /** Whatever somebody else allows. Lists of origins are refused before. */
  public static OriginPolicy by(Judge judge) {
    return new OriginPolicy(Set.of(), judge);
  }

  /**
   * Whether a page of this origin asks its own server, under the name that it has for it: scheme,
   * host and port are the same.
   *
   * @param authority host and port that it asks for
   */
  public static boolean isSame(String origin, String authority) {
    Optional<Parts> own = parsed("https://" + authority);
    return own.isPresent() && origin.equals(canonical(own.get()));
  }

  /** Whether a browser could send this: {@code null}, or scheme and host, and nothing after. */
  public static boolean isOrigin(String text) {
    return text.equals(OPAQUE) || parsed(text).isPresent();
  }

  /**
   * Whether a request with this Origin field, or without one, may go on.
   *
   * @param authority host and port that it asks for
   * @param path path and query
   */
  public boolean allows(Optional<String> origin, String authority, String path) {
    if (origin.isEmpty()) {
      return true;
    }
    String value = origin.get();
    // A list of origins is no origin: a proxy or an attacker put it together.
    boolean single = !value.isEmpty() && value.chars().noneMatch(c -> c <= ' ' || c == ',');
    return single && judge.allows(value, authority, path);
  }

  /** The same of a policy that looks at the origin alone. */
  public boolean allows(Optional<String> origin) {
    return allows(origin, "", "");
  }

  /** The entries in their canonical form. */
  @Override
  public String toString() {
    return allowed.toString();
  }

  /** Browsers serialize origins in lower case and without default ports: so do we. */
  private static String canonical(String origin) {
    if (origin.equals(ANY) || origin.equals(OPAQUE)) {
      return origin;
    }
    Parts parts =
        parsed(origin)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "origin: " + origin + " (expected: * or " + SHAPE + ")"));
    return canonical(parts);
  }

  private static String canonical(Parts parts) {
    String scheme = parts.scheme().toLowerCase(Locale.ROOT);
    String host = parts.host().toLowerCase(Locale.ROOT);
    int port = parts.port();
    boolean isDefault =
        port == NO_PORT
            || (scheme.equals("https") && port == 443)
            || (scheme.equals("http") && port == 80);
    return scheme + "://" + host + (isDefault ? "" : ":" + port);
  }

  /**
   * Scheme, host and port, of text that is nothing but those. Read here, as {@code java.net.URI}
   * finds no host where there is an underscore in it, which browsers do.
   */
  private static Optional<Parts> parsed(String origin) {
    Matcher read = ORIGIN.matcher(origin);
    if (!read.matches()) {
      return Optional.empty();
    }
    String digits = read.group("port");
    int port = digits == null ? NO_PORT : Integer.parseInt(digits);
    return port > MAX_PORT
        ? Optional.empty()
        : Optional.of(new Parts(read.group("scheme"), read.group("host"), port));
  }
}
