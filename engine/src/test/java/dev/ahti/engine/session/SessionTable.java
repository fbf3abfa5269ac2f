package dev.ahti.engine.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads {@code tables/session-machine.txt}, which explains itself. */
final class SessionTable {

  /** One pair of situation and input, and what has to come of it. */
  record Row(String situation, List<String> before, String input, String expected) {
    @Override
    public String toString() {
      return situation + ", " + input;
    }
  }

  private SessionTable() {}

  static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    String situation = "";
    List<String> before = List.of();
    for (String line : text().split("\n")) {
      if (line.startsWith("[")) {
        int split = line.lastIndexOf(": ");
        situation = line.substring(1, split);
        before = words(line.substring(split + 2, line.length() - 1));
      } else if (!line.isBlank() && !line.startsWith("#")) {
        String[] sides = line.split(" -> ");
        for (String input : words(sides[0])) {
          rows.add(new Row(situation, before, input, sides[1].trim()));
        }
      }
    }
    return rows;
  }

  /** The inputs that each situation has rows for. */
  static Map<String, List<String>> inputsBySituation() {
    Map<String, List<String>> inputs = new HashMap<>();
    rows()
        .forEach(
            row ->
                inputs.computeIfAbsent(row.situation(), s -> new ArrayList<>()).add(row.input()));
    return inputs;
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.trim().split(" "));
  }

  private static String text() {
    String name = "/tables/session-machine.txt";
    try (InputStream in = Objects.requireNonNull(SessionTable.class.getResourceAsStream(name))) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
