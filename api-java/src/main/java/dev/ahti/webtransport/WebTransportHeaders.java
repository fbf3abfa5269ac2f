package dev.ahti.webtransport;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Header fields of a request or response: ordered, immutable, names in lower case, without pseudo
 * headers.
 *
 * @param entries name and value, in order
 */
public record WebTransportHeaders(List<Map.Entry<String, String>> entries) {

  /** No header. */
  public static final WebTransportHeaders EMPTY = new WebTransportHeaders(List.of());

  /**
   * Copies the list, and puts names in lower case.
   *
   * @throws WebTransportTypeException for an empty name and for a pseudo header
   */
  public WebTransportHeaders {
    List<Map.Entry<String, String>> copy = new ArrayList<>(entries.size());
    for (Map.Entry<String, String> entry : entries) {
      copy.add(Map.entry(checked(entry.getKey()), entry.getValue()));
    }
    entries = List.copyOf(copy);
  }

  /** These and one more. */
  public WebTransportHeaders with(String name, String value) {
    List<Map.Entry<String, String>> more = new ArrayList<>(entries);
    more.add(Map.entry(name, value));
    return new WebTransportHeaders(more);
  }

  /** The first value of a header. */
  public Optional<String> first(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    return entries.stream()
        .filter(entry -> entry.getKey().equals(wanted))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private static String checked(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.isEmpty() || lower.startsWith(":")) {
      throw new WebTransportTypeException(
          "header: " + name + " (expected: a name that is no pseudo header)");
    }
    return lower;
  }
}
