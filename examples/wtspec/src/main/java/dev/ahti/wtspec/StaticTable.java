package dev.ahti.wtspec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** QPACK's static table (RFC 9204 appendix A). */
final class StaticTable {
  private static final List<RawFields.Field> ENTRIES = read();

  private StaticTable() {}

  /**
   * An entry, by its index.
   *
   * @throws AssertionError if there is none
   */
  static RawFields.Field entry(int index) {
    if (index >= ENTRIES.size()) {
      throw new AssertionError("entry " + index + " of the static table");
    }
    return ENTRIES.get(index);
  }

  static int size() {
    return ENTRIES.size();
  }

  private static List<RawFields.Field> read() {
    try (InputStream in =
        Objects.requireNonNull(StaticTable.class.getResourceAsStream("static-table.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(StaticTable::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RawFields.Field parse(String line) {
    String[] words = line.split(" ", 3);
    return new RawFields.Field(words[1], words.length == 3 ? words[2] : "");
  }
}
