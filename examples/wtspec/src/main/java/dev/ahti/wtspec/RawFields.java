package dev.ahti.wtspec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Header fields as they stand in a section, in order, unjudged: an examiner must be able to send
 * what is wrong. Immutable.
 *
 * @param fields the fields, pseudo-header fields included
 */
public record RawFields(List<Field> fields) {

  /** One field. */
  public record Field(String name, String value) {}

  public RawFields {
    fields = List.copyOf(fields);
  }

  /**
   * Fields by names and values in turn.
   *
   * @throws IllegalArgumentException if the last name has no value
   */
  public static RawFields of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("a name without a value");
    }
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.add(new Field(namesAndValues[i], namesAndValues[i + 1]));
    }
    return new RawFields(fields);
  }

  /** These fields and one more at the end. */
  public RawFields with(String name, String value) {
    List<Field> longer = new ArrayList<>(fields);
    longer.add(new Field(name, value));
    return new RawFields(longer);
  }

  /** These fields without those of a name. */
  public RawFields without(String name) {
    return new RawFields(fields.stream().filter(field -> !field.name().equals(name)).toList());
  }

  /** The value of the first field of a name. */
  public Optional<String> get(String name) {
    return fields.stream().filter(f -> f.name().equals(name)).map(Field::value).findFirst();
  }
}
