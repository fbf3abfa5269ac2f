package dev.ahti.docs.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * docs/coming-from-erlang.md has a row for each name of that library, with a test that there is.
 */
class ErlangPageTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern ROW = Pattern.compile("\\| `(.*?)` \\| (.*?) \\| `(.*?)` \\|");
  private static final Pattern TYPE = Pattern.compile("`([A-Z][A-Za-z]+)(?:[.(`])");

  private record Row(String section, String name, String here, String test) {}

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    String section = "";
    for (String line : Files.readAllLines(ROOT.resolve("docs/coming-from-erlang.md"))) {
      if (line.startsWith("## ")) {
        section = line.substring(3);
      } else if (line.startsWith("| `")) {
        Matcher row = ROW.matcher(line);
        assertTrue(row.matches(), () -> "no row of three cells: " + line);
        rows.add(new Row(section, row.group(1), row.group(2), row.group(3)));
      }
    }
    return rows;
  }

  @Test
  void everyNameHasItsRow() throws IOException {
    List<String> names =
        Files.readAllLines(Path.of("src/test/resources/erlang-names.txt")).stream()
            .filter(line -> !line.startsWith("#") && !line.isBlank())
            .toList();
    assertEquals(names, rows().stream().map(row -> row.section() + ": " + row.name()).toList());
  }

  @Test
  void noCellIsEmptyAndEveryTestIsThere() throws IOException {
    for (Row row : rows()) {
      assertFalse(row.here().isBlank(), row.name());
      assertTrue(References.test(ROOT, row.test()).isPresent(), () -> "no such test: " + row);
    }
  }

  @Test
  void whatStandsForItIsThere() throws IOException {
    for (Row row : rows()) {
      Matcher types = TYPE.matcher(row.here());
      while (types.find()) {
        String type = types.group(1);
        assertTrue(
            type.equals("Sink")
                || type.equals("NettyEmbedding")
                || References.faultOfMember(type).isEmpty(),
            () -> "no public class " + type + ": " + row);
      }
    }
  }
}
