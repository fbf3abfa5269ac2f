package dev.ahti.cli.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a reader has to know of rules that are met in a way of their own.
 *
 * @param ids of the rules
 * @param text one paragraph
 */
record RuleNote(List<String> ids, String text) {

  static List<RuleNote> all() {
    try (InputStream in = Objects.requireNonNull(RuleNote.class.getResourceAsStream("notes.txt"))) {
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lines of "id, id | text". */
  static List<RuleNote> parse(String text) {
    return text.lines()
        .filter(line -> !line.startsWith("#") && !line.isBlank())
        .map(line -> line.split("\\|", 2))
        .map(
            parts ->
                new RuleNote(
                    List.of(parts[0].strip().split(", ")),
                    parts.length < 2 ? "" : parts[1].strip()))
        .toList();
  }

  /** What is wrong with it; empty when nothing is. */
  List<String> faults(Set<String> known) {
    return text.isEmpty()
        ? List.of("the note on " + ids + " says nothing")
        : ids.stream()
            .filter(id -> !known.contains(id))
            .map(id -> "a note is on " + id + ", which is no rule")
            .toList();
  }
}
