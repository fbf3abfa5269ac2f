package dev.ahti.docs.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The page has a line for every member of WICG Direct Sockets, and names what exists. {@code
 * -Dahti.conformance.write=true} writes it.
 */
@DisplayName("docs/direct-sockets.md")
class DirectSocketsPageTest {
  private static final Path ROOT = Path.of("..");
  private static final Path TABLES = Path.of("src/test/resources/direct-sockets");
  private static final Path PAGE = ROOT.resolve("docs/direct-sockets.md");
  private static final String OPEN = "open:";
  private static final String NONE = "none:";

  private record Line(String text, String java, String tests) {
    List<String> javaMembers() {
      return java.startsWith(NONE) ? List.of() : split(java);
    }

    List<String> testMethods() {
      return tests.startsWith(OPEN) ? List.of() : split(tests);
    }
  }

  private static List<String> split(String list) {
    return Arrays.stream(list.split(",")).map(String::strip).toList();
  }

  private static List<String> file(String name) throws IOException {
    return Files.readAllLines(TABLES.resolve(name)).stream()
        .filter(line -> !line.isBlank() && (!line.startsWith("# ")))
        .toList();
  }

  private static List<Line> lines() throws IOException {
    List<Line> lines = new ArrayList<>();
    for (String line : file("rows.txt")) {
      if (!line.startsWith("## ")) {
        String[] parts = line.split(" \\| ", 3);
        assertEquals(3, parts.length, line);
        lines.add(new Line(parts[0], parts[1], parts[2]));
      }
    }
    return lines;
  }

  @Test
  void everyMemberHasOneLineAndNoLineIsOfAMemberThatIsNone() throws IOException {
    List<String> members = new ArrayList<>();
    for (String line : file("idl.txt")) {
      String[] parts = line.split(": ", 2);
      Arrays.stream(parts[1].split(" ")).forEach(member -> members.add(parts[0] + "." + member));
    }
    List<String> said =
        lines().stream()
            .map(Line::text)
            .filter(text -> text.matches("[A-Za-z]+\\.[A-Za-z0-9]+"))
            .toList();
    assertEquals(new TreeSet<>(members), new TreeSet<>(said));
    assertEquals(members.size(), said.size(), "a member twice");
  }

  @Test
  void everyLineNamesWhatExists() throws IOException {
    List<String> faults = new ArrayList<>();
    for (Line line : lines()) {
      for (String member : line.javaMembers()) {
        References.faultOfMember(member).ifPresent(why -> faults.add(line.text() + ": " + why));
      }
      for (String test : line.testMethods()) {
        if (References.test(ROOT, test).isEmpty()) {
          faults.add(line.text() + ": no test: " + test);
        }
      }
    }
    assertEquals(List.of(), faults);
  }

  @Test
  void thePageIsWhatTheTablesSay() throws IOException {
    StringBuilder page = new StringBuilder();
    page.append("# Direct Sockets, line by line\n\n")
        .append(
            "Every member of WICG Direct Sockets, of the text of 2022 and of what came after it;"
                + " the steps\n")
        .append(
            "of its algorithms whose effect can be seen; and its errors: what each is in Java, and"
                + " the tests\n")
        .append(
            "that measure it. Why it is as it is: [decision 28](decisions/0028-direct-sockets.md)."
                + " Made by\n")
        .append("`DirectSocketsPageTest` from `api-java/src/test/resources/direct-sockets`.\n");
    for (String line : file("rows.txt")) {
      if (line.startsWith("## ")) {
        page.append('\n').append(line).append("\n\n| text | Java | tests |\n|---|---|---|\n");
      } else {
        String[] parts = line.split(" \\| ", 3);
        Line row = new Line(parts[0], parts[1], parts[2]);
        page.append("| ").append(parts[0]).append(" | ");
        page.append(
            row.javaMembers().isEmpty()
                ? row.java()
                : row.javaMembers().stream()
                    .map(one -> "`" + one.replace('#', '.') + "`")
                    .collect(Collectors.joining("<br>")));
        page.append(" | ");
        page.append(
            row.testMethods().isEmpty()
                ? row.tests()
                : row.testMethods().stream()
                    .map(one -> "`" + one.substring(one.indexOf(':') + 1).replace('#', '.') + "`")
                    .collect(Collectors.joining("<br>")));
        page.append(" |\n");
      }
    }
    if (Boolean.getBoolean("ahti.conformance.write")) {
      Files.writeString(PAGE, page.toString());
    }
    assertEquals(
        page.toString(),
        Files.exists(PAGE) ? Files.readString(PAGE) : "",
        "run it with the option");
  }
}
