package dev.ahti.webtransport.impl;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.pekko.annotation.InternalApi;

/**
 * Finds what stands behind a path. An exact path goes first, then, segment by segment, text before
 * a parameter before the rest. Pure and immutable.
 *
 * @param <T> what stands there
 */
@InternalApi
public final class PathTable<T> {

  /**
   * What was found.
   *
   * @param pattern as it was given
   * @param parameters their values, in the pattern's order
   * @param value what stands there
   */
  public record Found<T>(String pattern, Map<String, String> parameters, T value) {}

  private record Entry<T>(PathPattern pattern, T value) {}

  private final Map<String, T> exact;
  private final List<Entry<T>> others;

  private PathTable(Map<String, T> exact, List<Entry<T>> others) {
    this.exact = exact;
    this.others = others;
  }

  /** Of patterns that have been {@linkplain #require required}. */
  public static <T> PathTable<T> of(Map<String, T> byPattern) {
    Map<String, T> exact = new HashMap<>();
    byPattern.forEach(
        (text, value) -> {
          if (PathPattern.parse(text).isExact()) {
            exact.put(text, value);
          }
        });
    List<Entry<T>> others =
        byPattern.entrySet().stream()
            .filter(entry -> !exact.containsKey(entry.getKey()))
            .map(entry -> new Entry<>(PathPattern.parse(entry.getKey()), entry.getValue()))
            .sorted((one, two) -> one.pattern().compareTo(two.pattern()))
            .collect(Collectors.toUnmodifiableList());
    return new PathTable<>(Map.copyOf(exact), others);
  }

  /**
   * Refuses a pattern that is none, and one that matches the paths of another one under another
   * name.
   *
   * @param known patterns that are there; the same text may be
   * @throws IllegalArgumentException with both of them
   */
  public static void require(String text, Iterable<String> known) {
    PathPattern pattern = PathPattern.parse(text);
    for (String other : known) {
      if (!other.equals(text) && PathPattern.parse(other).isLike(pattern)) {
        throw new IllegalArgumentException(
            "path: "
                + text
                + " (expected: other than "
                + other
                + ", which matches the same paths)");
      }
    }
  }

  /** What stands behind a path, which has no query and is as it came. */
  public Optional<Found<T>> find(String path) {
    T same = exact.get(path);
    if (same != null) {
      return Optional.of(new Found<>(path, Map.of(), same));
    }
    for (Entry<T> entry : others) {
      Optional<Map<String, String>> parameters = entry.pattern().match(path);
      if (parameters.isPresent()) {
        return Optional.of(
            new Found<>(entry.pattern().toString(), parameters.get(), entry.value()));
      }
    }
    return Optional.empty();
  }
}
