package dev.ahti.engine.spi;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The certificates of a server: one for each host name that clients may ask for (SNI), and one for
 * every other client, those included that name no host.
 *
 * @param fallback shown when no name matches
 * @param byName exact names, and wildcards such as {@code *.example.org}, which stand for one
 *     label; an exact name goes before a wildcard. Compared in lower case
 */
public record ServerCredentials(Credentials fallback, Map<String, Credentials> byName) {
  private static final Pattern NAME =
      Pattern.compile("(\\*\\.)?[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*");

  /**
   * Checks the names and copies the map.
   *
   * @throws IllegalArgumentException for what is no host name; the message shows it
   */
  public ServerCredentials {
    Map<String, Credentials> names = new LinkedHashMap<>();
    byName.forEach((name, one) -> names.put(checked(name), one));
    byName = Map.copyOf(names);
  }

  /** One certificate for every client. */
  public static ServerCredentials of(Credentials only) {
    return new ServerCredentials(only, Map.of());
  }

  private static String checked(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!NAME.matcher(lower).matches()) {
      throw new IllegalArgumentException(
          "host name: '" + name + "' (expected: such as a.example.org or *.example.org)");
    }
    return lower;
  }
}
