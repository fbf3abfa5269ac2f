package dev.ahti.engine.wire.sf;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and writes structured fields (RFC 9651 4). A field that is not exactly of its syntax is no
 * value at all: there is no partial result and no repair.
 *
 * <p>Reading takes time and memory in proportion to the text, which the bound of the header section
 * limits; nesting ends at the second level by the syntax itself.
 */
public final class StructuredField {
  private StructuredField() {}

  /**
   * Reads a List.
   *
   * @param lines the values of all fields of the name, in order; none is an empty list
   * @return its members in order; empty if it is malformed
   */
  public static Optional<List<Member>> list(List<String> lines) {
    return Parser.of(lines).parse(Parser::list);
  }

  /**
   * Reads a Dictionary.
   *
   * @param lines as for {@link #list}
   * @return its members by their keys, in order; empty if it is malformed
   */
  public static Optional<Map<String, Member>> dictionary(List<String> lines) {
    return Parser.of(lines).parse(Parser::dictionary);
  }

  /**
   * Reads an Item.
   *
   * @param lines as for {@link #list}; an item in several lines is malformed, and so is none
   * @return the item; empty if it is malformed
   */
  public static Optional<Member.Item> item(List<String> lines) {
    return Parser.of(lines).parse(Parser::item);
  }

  /**
   * Writes a List. An empty one has no written form: leave the field away.
   *
   * @throws IllegalArgumentException if a value or key has no written form
   */
  public static String write(List<Member> list) {
    return new Writer().list(list).toString();
  }

  /**
   * Writes a Dictionary, as {@link #write(List)}.
   *
   * @throws IllegalArgumentException if a value or key has no written form
   */
  public static String write(Map<String, Member> dictionary) {
    return new Writer().dictionary(dictionary).toString();
  }

  /**
   * Writes an Item.
   *
   * @throws IllegalArgumentException if a value or key has no written form
   */
  public static String write(Member.Item item) {
    return new Writer().member(item).toString();
  }

  /** Whether a text can be written as a Token. */
  public static boolean isToken(String text) {
    return Alphabet.isToken(text);
  }

  /** Whether a text can be written as a String. */
  public static boolean isText(String text) {
    return Alphabet.isText(text);
  }
}
