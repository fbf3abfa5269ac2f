package dev.ahti.cli.conformance;

import java.nio.file.Path;
import java.util.Comparator;

/**
 * A test that shows a rule.
 *
 * @param name the class without its package and, unless the whole class shows it, the method
 * @param source the file, from the root of the source tree
 */
record ShowingTest(String name, Path source) implements Comparable<ShowingTest> {
  private static final Comparator<ShowingTest> ORDER =
      Comparator.comparing(ShowingTest::name).thenComparing(ShowingTest::source);

  @Override
  public int compareTo(ShowingTest other) {
    return ORDER.compare(this, other);
  }
}
