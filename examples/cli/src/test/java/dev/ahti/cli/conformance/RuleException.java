package dev.ahti.cli.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A rule that is not met, or met in part.
 *
 * @param id of the rule
 * @param verdict "partial" or "not met"
 * @param reason what stands in the way
 * @param instead what we do instead
 */
record RuleException(String id, String verdict, String reason, String instead) {
  static final String PARTIAL = "partial";
  static final String NOT_MET = "not met";

  /**
   * RESET_STREAM_AT and its transport parameter, the final size of a reset stream, and the code of
   * STOP_SENDING.
   */
  private static final Set<String> ALLOWED =
      Set.of(
          "H3-B-03", "H3-B-24", "H3-B-26", "H3-B-27", "H3-B-28", "H3-B-29", "H3-B-49", "H3-C-02",
          "H3-S-03");

  static List<RuleException> all() {
    try (InputStream in =
        Objects.requireNonNull(RuleException.class.getResourceAsStream("exceptions.txt"))) {
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<RuleException> parse(String text) {
    return text.lines()
        .filter(line -> !line.startsWith("#") && !line.isBlank())
        .map(line -> line.split("\\|", -1))
        .map(
            parts ->
                new RuleException(part(parts, 0), part(parts, 1), part(parts, 2), part(parts, 3)))
        .toList();
  }

  private static String part(String[] parts, int index) {
    return index < parts.length ? parts[index].strip() : "";
  }

  /** What is wrong with it; empty when nothing is. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    if (!ALLOWED.contains(id)) {
      faults.add(id + " may not be excepted: no library stands in the way");
    }
    if (!verdict.equals(PARTIAL) && !verdict.equals(NOT_MET)) {
      faults.add(id + " has the verdict " + verdict + " (expected: partial, not met)");
    }
    if (reason.isEmpty()) {
      faults.add(id + " has no reason");
    }
    if (instead.isEmpty()) {
      faults.add(id + " does not say what is done instead");
    }
    return faults;
  }
}
