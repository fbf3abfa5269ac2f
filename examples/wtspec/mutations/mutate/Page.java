package mutate;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code docs/conformance-mutations.md}, and its sibling for HTTP/2.
 *
 * @param commit the source
 * @param seed what the rules were drawn by
 * @param met how many rules are met
 * @param reasons why some of them have no edit
 */
record Page(String commit, long seed, int met, Map<String, String> reasons) {

  String of(List<Main.Result> results) {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Rules switched off

        Each of these rules was switched off in a copy of the source, and the tests that
        [conformance.md](conformance.md) names for it were run: green before, red after. Red means that the
        edit compiled, that each of the tests was run, and that so many of their runs failed (a test with
        parameters has several). Run on %s, with the source of commit %s. Drawn from the %d rules
        of HTTP/3 that are met, less the %d below, by

            java examples/wtspec/mutations/Mutate.java --seed %d --rows %d

        Every rule that is met has its edit in `examples/wtspec/mutations/mutations.txt`, or a reason for
        none there. `--all` switches each of them off and stops at the first test that turns red. The build
        fails when an edit does not apply any more, when a rule that is met has none, and when this page
        names other tests than conformance.md does. The rules of HTTP/2 are on [a page of their own](conformance-mutations-http2.md).

        | rule | switched off in | edit | tests | result |
        |---|---|---|---|---|
        """
            .formatted(LocalDate.now(), commit, met, reasons.size(), seed, results.size()));
    for (Main.Result each : results) {
      Edit edit = each.edit();
      page.append(
          "| %s | `%s` | %s | %s | %s |\n"
              .formatted(
                  edit.rule(),
                  files(edit),
                  edits(edit),
                  each.tests().stream()
                      .map(test -> "`" + test.name() + "`")
                      .collect(Collectors.joining("<br>")),
                  each.verdict()));
    }
    page.append("\n## Rules without an edit\n");
    reasons.forEach((rule, reason) -> page.append("\n**%s.** %s\n".formatted(rule, reason)));
    return page.toString();
  }

  /** Of every rule of HTTP/2 the first test that turned red. */
  String http2(List<Main.Result> results) {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Rules of HTTP/2 switched off

        Each rule of HTTP/2 that is met was switched off in a copy of the source, and the tests that
        [conformance.md](conformance.md) names for it were run up to the first that turned red. Run on %s, with
        the source of commit %s, by

            java examples/wtspec/mutations/Mutate.java --http2

        The edits are in `examples/wtspec/mutations/mutations.txt`.

        | rule | switched off in | edit | first red test |
        |---|---|---|---|
        """
            .formatted(LocalDate.now(), commit));
    for (Main.Result each : results) {
      page.append(
          "| %s | `%s` | %s | %s |\n"
              .formatted(
                  each.edit().rule(), files(each.edit()), edits(each.edit()), first(each)));
    }
    return page.toString();
  }

  /** The test that "red: Class, or what it is called > method(…) > …" tells of. */
  private static String first(Main.Result result) {
    String[] parts = result.verdict().split(" > ");
    String method = result.red() && parts.length > 1 ? parts[1].split("[( ]")[0] : "";
    return result.tests().stream()
        .filter(test -> test.method().equals(method))
        .map(test -> "`" + test.name() + "`")
        .findFirst()
        .orElse(result.verdict());
  }

  private static String files(Edit edit) {
    return edit.hunks().stream()
        .map(hunk -> Path.of(hunk.file()).getFileName().toString())
        .distinct()
        .collect(Collectors.joining("`, `"));
  }

  private static String edits(Edit edit) {
    return edit.hunks().stream()
        .map(hunk -> code(hunk.find()) + " becomes " + code(hunk.replace()))
        .collect(Collectors.joining("<br>"));
  }

  private static String code(String text) {
    return text.isBlank()
        ? "nothing"
        : "`" + text.replaceAll("\\s+", " ").replace("|", "\\|").strip() + "`";
  }
}
