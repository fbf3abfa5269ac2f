package mutate;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a launch of tests came to.
 *
 * @param trouble empty when each was run to its end, or to the first red one where that was asked
 * @param cases each test that was run
 */
record Run(String trouble, List<Case> cases) {

  /**
   * One test that was run.
   *
   * @param failure the type of what it threw, and its first line; empty when it passed
   */
  record Case(String type, String name, String failure) {

    boolean isRed() {
      return !failure.isEmpty();
    }

    /** The edit left classes that do not fit together: that says nothing of the rule. */
    boolean isBroken() {
      String thrown = failure.replaceFirst("[: ].*", "");
      return thrown.startsWith("java.lang.")
          && thrown.endsWith("Error")
          && !thrown.equals("java.lang.AssertionError");
    }
  }

  Optional<Case> firstRed() {
    return cases.stream().filter(Case::isRed).findFirst();
  }

  long red() {
    return cases.stream().filter(Case::isRed).count();
  }

  Run with(Run more) {
    return new Run(
        trouble.isEmpty() ? more.trouble() : trouble,
        Stream.concat(cases.stream(), more.cases().stream()).toList());
  }
}
