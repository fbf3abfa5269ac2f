package dev.ahti.docs.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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

  /** The rows that the library's own text asks for, by how it writes what it offers. */
  @Test
  void everyNameOfItsReadmeHasItsRow() throws IOException {
    ErlangReadme readme = ErlangReadme.read(Path.of("src/test/resources/erlang-readme.txt"));
    assertSame(readme.modules(), "Modules");
    assertSame(readme.functions(), "Functions");
    assertSame(readme.membersOfInfo(), "Members of session_info");
    assertSame(readme.callbacks(), "Callbacks");
    assertSame(readme.table("Action Description", 0, names("Actions")), "Actions");
    List<String> listening = names("Options of a listener, and of accept/4");
    assertSame(
        readme.table("Option Required Default Description", 0, listening),
        "Options of a listener, and of accept/4");
    // Those of accept/4 come first among the tables with these columns.
    Set<String> embedding = readme.table("Option Default Description", 0, listening);
    assertTrue(listening.containsAll(embedding), embedding::toString);
    List<String> connecting = names("Options of connect/4");
    assertSame(readme.table("Option Default Description", 1, connecting), "Options of connect/4");
    List<String> flow = names("Flow control at connect time");
    assertSame(
        readme.table("Parameter Default Description", 0, flow), "Flow control at connect time");
    List<String> modes = names("Values of compat_mode");
    assertSame(readme.table("Mode :protocol SETTINGS Use when", 0, modes), "Values of compat_mode");
    List<String> messages = names("Messages to the caller");
    assertSame(readme.table("Message Description", 0, messages), "Messages to the caller");
    List<String> datagrams = names("Datagram limits");
    assertSame(readme.table("Transport Max payload Reason", 0, datagrams), "Datagram limits");
    List<String> errors = names("What it says of errors and ends");
    Set<String> codes = readme.table("Constant Value Meaning", 0, errors);
    assertTrue(codes.size() >= 4 && errors.containsAll(codes), codes::toString);
    for (String section : List.of("What callbacks return", "What it says of errors and ends")) {
      for (String name : names(section)) {
        assertTrue(readme.says(name), () -> "not in the library's text: " + name);
      }
    }
  }

  private static List<String> names(String section) throws IOException {
    return rows().stream().filter(row -> row.section().equals(section)).map(Row::name).toList();
  }

  private static void assertSame(Set<String> offered, String section) throws IOException {
    assertFalse(offered.isEmpty(), section);
    assertEquals(new TreeSet<>(offered), new TreeSet<>(names(section)), section);
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
