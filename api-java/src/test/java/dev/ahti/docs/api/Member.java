package dev.ahti.docs.api;

import java.util.ArrayList;
import java.util.List;

/**
 * A member of the W3C text.
 *
 * @param heading what it stands below
 * @param name in the W3C's spelling
 * @param versions which versions of the text have it
 */
record Member(String heading, String name, String versions) {

  static List<Member> parse(List<String> lines) {
    List<Member> members = new ArrayList<>();
    String heading = "";
    for (String line : lines) {
      if (line.startsWith("## ")) {
        heading = line.substring(3);
      } else if (!line.isBlank() && !line.startsWith("#")) {
        members.add(of(heading, line.strip()));
      }
    }
    return members;
  }

  private static Member of(String heading, String line) {
    for (String version : List.of("older", "newest")) {
      if (line.endsWith(" " + version)) {
        String name = line.substring(0, line.length() - version.length() - 1);
        return new Member(heading, name, version);
      }
    }
    return new Member(heading, line, "both");
  }
}
