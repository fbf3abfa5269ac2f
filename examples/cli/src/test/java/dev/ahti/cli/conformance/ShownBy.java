package dev.ahti.cli.conformance;

import java.nio.file.Path;
import java.util.Comparator;

/**
 * A test that shows a rule.
 *
 * @param name the class without its package and, unless the whole class shows it, the method
 * @param source the file, from the root of the source tree
 */
record ShownBy(String name, Path source) implements Comparable<ShownBy> {
  private static final Comparator<ShownBy> ORDER =
      Comparator.comparing(ShownBy::name).thenComparing(ShownBy::source);

  @Override
  public int compareTo(ShownBy other) {
    return ORDER.compare(this, other);
  }
}
