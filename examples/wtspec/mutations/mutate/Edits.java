package mutate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The edits of {@code mutations.txt}, and why there are none for some rules.
 *
 * @param edits by the id of the rule
 * @param reasons why nothing can be switched off, by the id of the rule
 */
record Edits(Map<String, Edit> edits, Map<String, String> reasons) {
  private static final String NONE = "none:";

  /**
   * Blocks of "rule file", lines that begin with "- " (found once) and "+ " (in their place), and
   * the same again behind "@ file" where one place is not enough; or of "rule none: reason".
   *
   * @param each whether there has to be one or the other for each rule that is met
   * @throws IllegalStateException if one does not apply, or a rule that is met has nothing here
   */
  static Edits read(Path root, Conformance page, boolean each) throws IOException {
    Edits all = new Edits(new TreeMap<>(), new TreeMap<>());
    List<String> faults = new ArrayList<>();
    String text = Files.readString(root.resolve("examples/wtspec/mutations/mutations.txt"));
    for (String block : text.split("\n\n+")) {
      List<String> lines = block.lines().filter(line -> !line.startsWith("#")).toList();
      if (!lines.isEmpty()) {
        all.add(root, lines, faults);
      }
    }
    page.metRules().stream()
        .filter(rule -> each && !all.edits.containsKey(rule) && !all.reasons.containsKey(rule))
        .forEach(rule -> faults.add(rule + " is met, and has no edit and no reason for none"));
    all.edits.keySet().stream()
        .filter(rule -> !page.met().containsKey(rule))
        .forEach(rule -> faults.add(rule + " is no rule"));
    if (!faults.isEmpty()) {
      throw new IllegalStateException(
          faults.size() + " edits are missing or do not apply\n" + String.join("\n", faults));
    }
    return all;
  }

  private void add(Path root, List<String> lines, List<String> faults) throws IOException {
    String[] head = lines.get(0).split(" ", 2);
    String rule = head[0];
    if (edits.containsKey(rule) || reasons.containsKey(rule)) {
      faults.add(rule + " is there twice");
    } else if (head[1].startsWith(NONE)) {
      String reason = String.join(" ", lines).substring(rule.length() + 1 + NONE.length()).strip();
      reasons.put(rule, reason);
      if (reason.isEmpty()) {
        faults.add(rule + " has no edit, and no reason for that");
      }
    } else {
      Edit edit = new Edit(rule, hunks(head[1], lines.subList(1, lines.size())));
      edits.put(rule, edit);
      for (Edit.Hunk hunk : edit.hunks()) {
        fault(root, rule, hunk).ifPresent(faults::add);
      }
    }
  }

  private static List<Edit.Hunk> hunks(String file, List<String> lines) {
    List<Edit.Hunk> hunks = new ArrayList<>();
    int end = lines.size();
    for (int i = lines.size() - 1; i >= 0; i--) {
      if (lines.get(i).startsWith("@ ")) {
        hunks.add(0, hunk(lines.get(i).substring(2), lines.subList(i + 1, end)));
        end = i;
      }
    }
    hunks.add(0, hunk(file, lines.subList(0, end)));
    return List.copyOf(hunks);
  }

  private static Edit.Hunk hunk(String file, List<String> lines) {
    return new Edit.Hunk(file, part(lines, "- "), part(lines, "+ "));
  }

  private static String part(List<String> lines, String mark) {
    return lines.stream()
        .filter(line -> line.startsWith(mark))
        .map(line -> line.substring(2))
        .collect(Collectors.joining("\n"));
  }

  private static Optional<String> fault(Path root, String rule, Edit.Hunk each) throws IOException {
    Path file = root.resolve(each.file());
    if (each.find().isEmpty() || !Files.exists(file)) {
      return Optional.of(rule + ": nothing to find, or no file " + each.file());
    }
    int found = Files.readString(file).split(Pattern.quote(each.find()), -1).length - 1;
    return found == 1
        ? Optional.empty()
        : Optional.of(
            rule + ": found " + found + " times in " + each.file() + ":\n" + each.find());
  }
}
