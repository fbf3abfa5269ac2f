package mutate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code docs/conformance.md} says.
 *
 * @param met by the id of each rule, whether its verdict is "met"
 * @param tests by the id of each rule
 */
record Conformance(Map<String, Boolean> met, Map<String, List<Shown>> tests) {
  private static final Pattern ROW = Pattern.compile("\\| (H[23]-[BCS]-\\d\\d) \\|(.*)");
  private static final Pattern LINK = Pattern.compile("\\[`([^`]+)`\\]\\(\\.\\./([^)]+)\\)");

  static Conformance read(Path root) throws IOException {
    Conformance page = new Conformance(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (String line : Files.readAllLines(root.resolve("docs/conformance.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        page.met.put(row.group(1), line.contains("| met |"));
        page.tests.put(
            row.group(1),
            LINK.matcher(line)
                .results()
                .map((MatchResult link) -> new Shown(link.group(1), link.group(2)))
                .toList());
      }
    }
    return page;
  }

  List<String> metRules() {
    List<String> rules = new ArrayList<>(met.keySet());
    rules.removeIf(rule -> !met.get(rule));
    return rules;
  }
}
