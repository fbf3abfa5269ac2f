package dev.ahti.docs.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the Erlang library offers, taken from the text of its README. */
final class ErlangReadme {
  private static final Pattern CALL = Pattern.compile("webtransport:(\\w+)\\(");
  private static final Pattern MODULE =
      Pattern.compile("\\bwebtransport(?:_client)?_handler\\b(?!\\.)");
  private static final Pattern CALLBACK = Pattern.compile("^(\\w+/\\d) (?:\\((?:req|opt)|is a )");
  private static final Pattern MEMBERS =
      Pattern.compile("Info :: #\\{(.*?)=> \\{Code, Msg\\}\\}", Pattern.DOTALL);

  private final List<String> lines;
  private final String text;

  private ErlangReadme(List<String> lines) {
    this.lines = lines;
    this.text = String.join("\n", lines);
  }

  static ErlangReadme read(Path file) throws IOException {
    return new ErlangReadme(Files.readAllLines(file));
  }

  /** The module of the functions, and those of handlers. */
  Set<String> modules() {
    Set<String> modules = new TreeSet<>(Set.of("webtransport"));
    Matcher names = MODULE.matcher(text);
    while (names.find()) {
      modules.add(names.group());
    }
    return modules;
  }

  /** Each function that is called somewhere, with its arity. */
  Set<String> functions() {
    Set<String> functions = new TreeSet<>();
    Matcher calls = CALL.matcher(text);
    while (calls.find()) {
      functions.add("webtransport:" + calls.group(1) + "/" + arity(calls.end()));
    }
    return functions;
  }

  /** The arguments of a call: those between commas that are in no bracket of their own. */
  private int arity(int from) {
    int depth = 1;
    int commas = 0;
    int at = from;
    while (depth > 0) {
      char c = text.charAt(at++);
      if ("([{".indexOf(c) >= 0) {
        depth++;
      } else if (")]}".indexOf(c) >= 0) {
        depth--;
      } else if (c == ',' && depth == 1) {
        commas++;
      }
    }
    return text.substring(from, at - 1).isBlank() ? 0 : commas + 1;
  }

  /** Each callback that has a paragraph, or is named as one that there was. */
  Set<String> callbacks() {
    Set<String> callbacks = new TreeSet<>();
    for (String line : lines) {
      Matcher name = CALLBACK.matcher(line);
      if (name.find()) {
        callbacks.add(name.group(1));
      }
    }
    return callbacks;
  }

  Set<String> membersOfInfo() {
    Matcher members = MEMBERS.matcher(text);
    if (!members.find()) {
      return Set.of();
    }
    Set<String> names = new TreeSet<>();
    Arrays.stream(members.group(1).split("[,\\s%]+")).filter(s -> !s.isBlank()).forEach(names::add);
    return names;
  }

  /**
   * The first cells of a table. Columns are not told apart where the text has lost what was between
   * them, so a cell is the longest known name that a line begins with, and else the whole line.
   *
   * @param number of those tables that have this head
   */
  Set<String> table(String head, int number, List<String> known) {
    int at = -1;
    for (int seen = 0; seen <= number; seen++) {
      at += 1 + lines.subList(at + 1, lines.size()).indexOf(head);
    }
    Set<String> cells = new TreeSet<>();
    for (String line : lines.subList(at + 1, lines.size())) {
      if (line.isBlank()) {
        break;
      }
      // Two actions share a line.
      for (String one : line.contains("bidi | uni") ? List.of("bidi", "uni") : List.of("")) {
        String row = line.replace("bidi | uni", one);
        Optional<String> cell =
            known.stream().filter(row::startsWith).max(Comparator.comparing(String::length));
        cells.add(cell.orElse(row));
      }
    }
    return cells;
  }

  /** Whether it has a text, however its lines are broken. */
  boolean says(String name) {
    return text.replaceAll("\\s+", " ").contains(name);
  }
}
