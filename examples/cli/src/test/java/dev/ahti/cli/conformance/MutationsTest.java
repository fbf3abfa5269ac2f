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
  private static final Pattern ROW = Pattern.compile("\\| (H3-[BCS]-\\d\\d) \\|.*");
  private static final Pattern DRAWN_FROM = Pattern.compile("Drawn from the (\\d+) rules");

  private static List<String> rows(String file) throws IOException {
    return Files.readAllLines(Checkout.current().root().resolve(file)).stream()
        .filter(line -> ROW.matcher(line).matches())
        .toList();
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
    List<String> met =
        rows("docs/conformance.md").stream().filter(row -> row.contains("| met |")).toList();
    Map<String, List<String>> today =
        met.stream().collect(Collectors.toMap(MutationsTest::id, row -> names(row, 4)));
    List<String> drawn = rows(PAGE);
    assertEquals(10, drawn.size());
    for (String row : drawn) {
      assertEquals(today.get(id(row)), names(row, 3), () -> PAGE + " is stale: " + id(row));
      assertTrue(row.matches(".*\\| red: [1-9]\\d* of \\d+ \\|"), row);
    }
    Matcher from = DRAWN_FROM.matcher(Files.readString(Checkout.current().root().resolve(PAGE)));
    assertTrue(from.find());
    assertEquals(met.size(), Integer.parseInt(from.group(1)), PAGE + " is stale");
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
