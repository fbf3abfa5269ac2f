package dev.ahti.cli.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The edits that switch rules off still apply: of a rule that there is, to text that is found once,
 * and each rule that is met has one, or a reason for none. Running the tests against them takes
 * minutes, and is done by hand; the page that tells of it names the tests of today.
 */
class MutationsTest {
  private static final String PAGE = "docs/conformance-mutations.md";
  private static final String HTTP2_PAGE = "docs/conformance-mutations-http2.md";
  private static final Pattern DRAWN_FROM = Pattern.compile("Drawn from the (\\d+) rules");

  private static List<String> rows(String file, int http) throws IOException {
    Pattern row = Pattern.compile("\\| H" + http + "-[BCS]-\\d\\d \\|.*");
    return Files.readAllLines(Checkout.current().root().resolve(file)).stream()
        .filter(line -> row.matcher(line).matches())
        .toList();
  }

  private static Map<String, List<String>> today(int http) throws IOException {
    return rows("docs/conformance.md", http).stream()
        .filter(row -> row.contains("| met |"))
        .collect(Collectors.toMap(MutationsTest::id, row -> names(row, 4)));
  }

  private static String id(String row) {
    return row.substring(2, row.indexOf(" |"));
  }

  /** What stands between ticks in one column of a row. */
  private static List<String> names(String row, int column) {
    return Pattern.compile("`([^`]+)`")
        .matcher(row.split(" (?<!\\\\)\\| ")[column])
        .results()
        .map(name -> name.group(1))
        .toList();
  }

  @Test
  void thePageNamesTheTestsThatShowTheRulesToday() throws IOException {
    Map<String, List<String>> today = today(3);
    List<String> drawn = rows(PAGE, 3);
    assertEquals(10, drawn.size());
    for (String row : drawn) {
      assertEquals(today.get(id(row)), names(row, 3), () -> PAGE + " is stale: " + id(row));
      assertTrue(row.matches(".*\\| red: [1-9]\\d* of \\d+ \\|"), row);
    }
    Matcher from = DRAWN_FROM.matcher(Files.readString(Checkout.current().root().resolve(PAGE)));
    assertTrue(from.find());
    assertEquals(today.size(), Integer.parseInt(from.group(1)), PAGE + " is stale");
  }

  @Test
  void everyRuleOfHttp2ThatIsMetWasSeenRed() throws IOException {
    Map<String, List<String>> today = today(2);
    List<String> shown = rows(HTTP2_PAGE, 2);
    assertEquals(today.keySet(), shown.stream().map(MutationsTest::id).collect(Collectors.toSet()));
    for (String row : shown) {
      String first = names(row, 3).get(0);
      assertTrue(today.get(id(row)).contains(first), () -> HTTP2_PAGE + " is stale: " + row);
    }
  }

  @Test
  void everyEditStillApplies() throws IOException, InterruptedException {
    Process check =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "examples/wtspec/mutations/Mutate.java",
                "--check")
            .directory(Checkout.current().root().toFile())
            .redirectErrorStream(true)
            .start();
    try {
      String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(check.waitFor(60, TimeUnit.SECONDS), said);
      assertEquals(0, check.exitValue(), said);
      assertTrue(said.matches("\\d\\d+ edits apply, \\d+ rules have none\\R"), said);
    } finally {
      check.destroyForcibly();
    }
  }
}
