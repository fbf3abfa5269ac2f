package dev.ahti.docs.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is said of a member.
 *
 * @param member its name in the W3C text
 * @param java what it is in Java
 * @param effect what is measured
 * @param tests what measures it
 */
record Row(String member, String java, String effect, String tests) {
  private static final List<String> KEYS = List.of("java", "effect", "tests");

  /** Public members; none when there is none in Java, and why. */
  List<String> javaMembers() {
    return java.startsWith("none:") ? List.of() : split(java);
  }

  List<String> testMethods() {
    return split(tests);
  }

  private static List<String> split(String list) {
    return Arrays.stream(list.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  static List<Row> parse(List<String> lines) {
    List<Row> rows = new ArrayList<>();
    String member = null;
    Map<String, String> said = new LinkedHashMap<>();
    String key = "";
    for (String line : lines) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (!line.startsWith(" ")) {
        add(rows, member, said);
        member = line.strip();
        said = new LinkedHashMap<>();
        key = "";
      } else {
        String text = line.strip();
        String begins = text.contains(":") ? text.substring(0, text.indexOf(':')) : "";
        if (KEYS.contains(begins)) {
          key = begins;
          said.put(key, text.substring(key.length() + 1).strip());
        } else {
          said.merge(key, text, (before, more) -> before + " " + more);
        }
      }
    }
    add(rows, member, said);
    return rows;
  }

  private static void add(List<Row> rows, String member, Map<String, String> said) {
    if (member != null) {
      rows.add(
          new Row(
              member,
              said.getOrDefault("java", ""),
              said.getOrDefault("effect", ""),
              said.getOrDefault("tests", "")));
    }
  }
}
