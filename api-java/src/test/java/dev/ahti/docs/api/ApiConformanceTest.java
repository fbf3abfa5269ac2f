package dev.ahti.docs.api;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/api-conformance.md} says of every member of the W3C text what it is here. */
class ApiConformanceTest {
  private static final String WRITE = "ahti.conformance.write";
  private static final Path ROOT = Path.of("..");
  private static final Path TABLES = Path.of("src/test/resources/api-conformance");
  private static final Path PAGE = ROOT.resolve("docs/api-conformance.md");

  private static List<Member> members() throws IOException {
    return Member.parse(Files.readAllLines(TABLES.resolve("members.txt")));
  }

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    try (Stream<Path> files = Files.list(TABLES)) {
      for (Path file :
          files
              .filter(one -> one.toString().endsWith(".txt"))
              .filter(one -> !one.endsWith("members.txt"))
              .sorted()
              .toList()) {
        rows.addAll(Row.parse(Files.readAllLines(file)));
      }
    }
    return rows;
  }

  @Test
  void everyMemberHasOneRowAndEveryRowIsOfAMember() throws IOException {
    List<String> said = rows().stream().map(Row::member).toList();
    List<String> twice =
        said.stream().filter(one -> said.indexOf(one) != said.lastIndexOf(one)).toList();
    assertEquals(List.of(), twice, "members with more than one row");
    Set<String> members = members().stream().map(Member::name).collect(Collectors.toSet());
    assertEquals(members().size(), members.size(), "a member twice in members.txt");
    assertEquals(
        List.of(), members.stream().filter(one -> !said.contains(one)).sorted().toList(), "open");
    assertEquals(List.of(), said.stream().filter(one -> !members.contains(one)).toList());
  }

  /** So that no member of the text is forgotten, and none is made up. */
  @Test
  void membersAreThoseOfTheIdlInEitherVersion() throws IOException {
    Map<String, String> listed = new TreeMap<>();
    members().forEach(member -> listed.put(member.name(), member.versions()));
    Set<String> prose = Idl.prose(TABLES.resolve("idl"));
    assertEquals(Set.of(), prose.stream().filter(one -> !listed.containsKey(one)).collect(toSet()));
    listed.keySet().removeAll(prose);
    assertEquals(lines(Idl.members(TABLES.resolve("idl"))), lines(listed));
  }

  private static String lines(Map<String, String> members) {
    return members.entrySet().stream().map(Object::toString).collect(Collectors.joining("\n"));
  }

  @Test
  void everyRowIsFilledAndNamesWhatExists() throws IOException {
    List<String> faults = new ArrayList<>();
    for (Row row : rows()) {
      if (row.java().isEmpty() || row.effect().isEmpty() || row.testMethods().isEmpty()) {
        faults.add(row.member() + ": not filled");
      }
      for (String member : row.javaMembers()) {
        References.faultOfMember(member).ifPresent(why -> faults.add(row.member() + ": " + why));
      }
      for (String test : row.testMethods()) {
        if (References.test(ROOT, test).isEmpty()) {
          faults.add(row.member() + ": no test: " + test);
        }
      }
    }
    assertEquals(List.of(), faults);
  }

  @Test
  void pageIsWhatTheTablesSay() throws IOException {
    String page = page();
    if (Boolean.getBoolean(WRITE)) {
      Files.writeString(PAGE, page);
    }
    assertEquals(
        Files.exists(PAGE) ? Files.readString(PAGE).replace("\r\n", "\n") : "",
        page,
        "docs/api-conformance.md is stale; make it again: mvn verify -D" + WRITE + "=true");
  }

  @Test
  void namesThatDoNotExistAreFaults() {
    assertTrue(References.faultOfMember("WebTransport#ready").isEmpty());
    assertTrue(References.faultOfMember("WebTransport#reddy").isPresent());
    assertTrue(References.faultOfMember("WebTransprot").isPresent());
    assertTrue(References.faultOfMember("WebTransportErrorSource#STREAM").isEmpty());
    assertTrue(References.faultOfMember("WebTransportError#new").isEmpty());
    String own = "ApiConformanceTest#namesThatDoNotExistAreFaults";
    assertTrue(References.test(ROOT, own).isPresent());
    assertEquals(Optional.empty(), References.test(ROOT, "ApiConformanceTest#page"));
    assertEquals(Optional.empty(), References.test(ROOT, "NoSuchTest#page"));
    assertEquals(Optional.empty(), References.test(ROOT, "engine:ApiConformanceTest#page"));
  }

  private static String page() throws IOException {
    Map<String, Row> rows = new LinkedHashMap<>();
    rows().forEach(row -> rows.put(row.member(), row));
    List<Member> members = members();
    StringBuilder page = new StringBuilder();
    page.append("# The W3C API, member by member\n\n");
    page.append(
        "Every member of the W3C text, as of May 2025 (\"older\"), July 2026 (\"newest\")\n");
    page.append("or both: what it is in Java, the effect that is measured, and the tests that\n");
    page.append("measure it. Made by `ApiConformanceTest` from the tables in\n");
    page.append(
        "`api-java/src/test/resources/api-conformance`; after a change of those, make it\n");
    page.append("again from the root:\n\n");
    page.append("    mvn verify -Dahti.conformance.write=true\n\n");
    page.append(members.size()).append(" members: ").append(rows.size()).append(" filled, ");
    page.append(members.size() - rows.size())
        .append(" open. What the calls fail with is in [api.md](api.md).\n");
    String heading = "";
    for (Member member : members) {
      if (!member.heading().equals(heading)) {
        heading = member.heading();
        page.append("\n## ").append(heading).append("\n\n");
        page.append("| W3C | text | Java | effect measured | tests |\n|---|---|---|---|---|\n");
      }
      page.append(line(member, rows.get(member.name())));
    }
    return page.toString();
  }

  private static String line(Member member, Row row) {
    String begin = "| `" + member.name() + "` | " + member.versions() + " | ";
    return row == null
        ? begin + "open | | |\n"
        : begin + java(row) + " | " + row.effect() + " | " + tests(row) + " |\n";
  }

  private static String java(Row row) {
    return row.javaMembers().isEmpty()
        ? row.java()
        : row.javaMembers().stream()
            .map(one -> "`" + one.replace('#', '.') + "`")
            .collect(Collectors.joining("<br>"));
  }

  private static String tests(Row row) {
    return row.testMethods().stream()
        .map(
            test ->
                "[`"
                    + test.substring(test.indexOf(':') + 1).replace('#', '.')
                    + "`](../"
                    + References.test(ROOT, test)
                        .map(file -> file.toString().replace('\\', '/'))
                        .orElse("")
                    + ")")
        .collect(Collectors.joining("<br>"));
  }
}
