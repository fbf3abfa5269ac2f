package dev.ahti.engine.wire;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The fields of an HTTP header section, in order, pseudo-header fields included and first (RFC 9114
 * 4.2 and 4.3). Immutable.
 *
 * <p>Fields of our own making are added by {@link #with}, which takes only what may be sent. Fields
 * that were received come in by {@link #received}, which takes everything: whoever reads them
 * judges them and has to be able to see what is wrong.
 */
public final class Fields implements Iterable<Fields.Field> {
  private static final Fields EMPTY = new Fields(List.of());

  /**
   * One field.
   *
   * @param name in lower case; a pseudo-header field's begins with a colon
   */
  public record Field(String name, String value) {
    public Field {
      requireNonNull(name, "name");
      requireNonNull(value, "value");
    }

    /** Whether this is a pseudo-header field. */
    public boolean isPseudo() {
      return name.startsWith(":");
    }

    /** Whether name and value keep to the alphabet of RFC 9114 4.2. */
    public boolean isWellFormed() {
      return FieldSyntax.isName(isPseudo() ? name.substring(1) : name)
          && FieldSyntax.isValue(value);
    }
  }

  private final List<Field> fields;

  private Fields(List<Field> fields) {
    this.fields = fields;
  }

  /** No fields. */
  public static Fields empty() {
    return EMPTY;
  }

  /** The fields of a received section, unjudged. */
  public static Fields received(List<Field> fields) {
    return new Fields(List.copyOf(fields));
  }

  /**
   * These fields and one more at the end.
   *
   * @throws IllegalArgumentException if the name is not a lower-case token, the value holds a
   *     control character or begins or ends with a space, or a pseudo-header field would follow a
   *     regular one
   */
  public Fields with(String name, String value) {
    Field field = new Field(name, value);
    if (!field.isWellFormed()) {
      throw new IllegalArgumentException("field: " + name + " (expected: lower case, no controls)");
    }
    if (field.isPseudo() && !fields.isEmpty() && !fields.get(fields.size() - 1).isPseudo()) {
      throw new IllegalArgumentException("field: " + name + " (expected: before regular fields)");
    }
    List<Field> longer = new ArrayList<>(fields.size() + 1);
    longer.addAll(fields);
    longer.add(field);
    return new Fields(List.copyOf(longer));
  }

  /**
   * These fields and others behind them.
   *
   * @throws IllegalArgumentException as {@link #with(String, String)}
   */
  public Fields with(Fields others) {
    Fields all = this;
    for (Field field : others) {
      all = all.with(field.name(), field.value());
    }
    return all;
  }

  /** The value of the first field of a name. */
  public Optional<String> get(String name) {
    for (Field field : fields) {
      if (field.name().equals(name)) {
        return Optional.of(field.value());
      }
    }
    return Optional.empty();
  }

  /** The values of all fields of a name, in order. */
  public List<String> all(String name) {
    return fields.stream().filter(field -> field.name().equals(name)).map(Field::value).toList();
  }

  /** Whether there is a field of this name. */
  public boolean has(String name) {
    return get(name).isPresent();
  }

  /** The number of fields. */
  public int size() {
    return fields.size();
  }

  @Override
  public Iterator<Field> iterator() {
    return fields.iterator();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Fields that && fields.equals(that.fields);
  }

  @Override
  public int hashCode() {
    return fields.hashCode();
  }

  /** Names only: values may be secrets. */
  @Override
  public String toString() {
    return fields.stream().map(Field::name).toList().toString();
  }
}
